"""What people look at: each page whole, what it asks the rows and its view side by side.

May import ``tasks``, ``actions`` and what is below them.
"""
