"""The page of a study, with what is withheld from whom; raters and set and setting are pages of their own."""
