"""From rows to patients and assessments, with everything that is wrong with them. Pure."""
