"""The doors for people: each subject with its views and its forms side by side. Here stands what all of them share.

May import ``tasks``, ``imports``, ``simulation``, ``actions`` and what is below them.
"""
