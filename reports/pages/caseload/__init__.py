"""Who needs somebody today, and the list of patients."""
