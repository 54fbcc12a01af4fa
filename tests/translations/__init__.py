"""The interface in other languages: what is to be translated, and whether it is."""
