"""The dot of a score: filled, open or half, by who gave the answers."""

from reports.charts.palette import INK, PAPER
from reports.charts.records import Source
from reports.charts.svg import Marks, disc, half_disc

RADIUS = 4.4


def dot(x: float, y: float, source: Source) -> Marks:
    """Return the dot of a score from this source."""
    fill = INK if source is Source.CLINICIAN else PAPER
    ring = disc(x, y, RADIUS, fill=fill, stroke=INK, stroke_width=1.75)
    return [ring, half_disc(x, y, RADIUS, fill=INK)] if source is Source.ENTERED else [ring]
