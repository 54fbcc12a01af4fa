"""The figures of a study: the worker stores them, the pages show them, ``manage.py analyse`` prints them.

May import ``frames`` and what is below it.
"""

from reports.analyses.agreement import agreement, rater_letters
from reports.analyses.blinding import blinding
from reports.analyses.contrast import contrast
from reports.analyses.course import ALL, Norm, course
from reports.analyses.growth import growth
from reports.analyses.predict import predict, regress
from reports.analyses.published import published
from reports.analyses.refused import why
from reports.analyses.relapse import relapse, watches_relapse
from reports.analyses.sample import Sample, load

__all__ = [
    "ALL",
    "Norm",
    "Sample",
    "agreement",
    "blinding",
    "contrast",
    "course",
    "growth",
    "load",
    "predict",
    "published",
    "rater_letters",
    "regress",
    "relapse",
    "watches_relapse",
    "why",
]
