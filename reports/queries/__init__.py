"""What the screens read. Every function takes the user or rows that the user may see."""
