"""Taking in what a site already has: a spec says what the columns of a file mean, the rest follows.

``spec`` reads the spec, ``read`` the file, ``plan`` turns rows into patients and assessments, ``report`` says
what was found. Nothing here knows Django or the clock; ``tracking.actions.imports`` writes the plan.
"""
