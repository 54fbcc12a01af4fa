"""What somebody else answers or enters for a patient: assessments, ratings, totals, corrections, requests."""
