"""How a treatment ends, and a death."""
