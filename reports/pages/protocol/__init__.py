"""A protocol as a page: what happens when, drawn and in words."""
