"""Blinded ratings: who makes them, guesses of the treatment, unblinding, availability."""
