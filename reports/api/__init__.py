"""The API's doors to what was derived: courses, flags, figures of studies, releases.

May import every room but ``urls``.
"""
