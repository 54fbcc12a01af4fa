"""Taking in what a site already has. ``reading`` reads the spec and the file, ``planning`` turns rows into patients and
assessments and says what was found, ``writing`` stores the plan. The first two know no Django and no clock.

May import ``actions`` and what is below it.
"""
