"""Patients and what they consent to, staff, teams, tokens, alerts."""
