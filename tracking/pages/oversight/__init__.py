"""What was done and who looked: pages for those who watch over it."""
