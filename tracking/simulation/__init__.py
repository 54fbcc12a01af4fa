"""Invented people. ``people`` invents one, and is pure; the rest puts on record what happens to them.

May import ``actions`` and what is below it.
"""
