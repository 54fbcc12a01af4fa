"""What the screens read, by subject. Each takes the user where rows are limited to what that user may see.

May import ``rules``, ``models`` and the ground.
"""
