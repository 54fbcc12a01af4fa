"""Stores a plan: who is new, who is known, what was stored before. All or nothing."""
