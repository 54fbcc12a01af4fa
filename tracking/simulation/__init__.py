"""Invented people whose treatment runs through the real actions. Nobody in here is real."""
