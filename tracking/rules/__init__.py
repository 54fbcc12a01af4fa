"""What decides and writes nothing. Pure, so it knows no Django and no row, but for ``policies``, which look at rows.

May import the ground; ``policies`` ``models`` too.
"""
