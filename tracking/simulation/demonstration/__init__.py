"""The clinic that ``make demo`` shows: who is there, and the stories of some of them."""
