"""Severity bands behind a plot: one hue from light to dark, named at the right edge."""

from collections.abc import Sequence

from measures.language import gettext as _
from reports.charts.labels import spread
from reports.charts.palette import SMALL, SOFT, band_shades
from reports.charts.records import Band
from reports.charts.svg import Marks, box, words
from reports.charts.view import View


def band_edges(bands: Sequence[Band], low: float, high: float) -> list[tuple[float, float]]:
    """Return where each band starts and ends on an axis: half-way between neighbours, cut to the axis."""
    order = sorted(bands, key=lambda band: band.low)
    inner = [(below.high + above.low) / 2 for below, above in zip(order, order[1:], strict=False)]
    edges = dict(zip(order, zip([low, *inner], [*inner, high], strict=True), strict=True))
    return [(max(edges[band][0], low), min(edges[band][1], high)) for band in bands]


def band_marks(view: View, bands: Sequence[Band]) -> Marks:
    """Shade the bands that the axis reaches, named at the right edge; nothing for a scale without bands."""
    if not bands:
        return []
    shaded = zip(bands, band_shades(len(bands)), band_edges(bands, *view.y_domain), strict=True)
    shown = [
        (_(band.label), shade, view.y(edges[0]), view.y(edges[1]))
        for band, shade, edges in shaded
        if edges[0] < edges[1]
    ]
    boxes = [box(0, foot, view.width, head, fill=shade) for __, shade, foot, head in shown]
    middles = [(foot + head) / 2 for *__, foot, head in shown]
    heights = spread(middles, distance=SMALL + 2, low=view.top + 5, high=view.height - 5)
    names = [
        words(view.width + 8, height, label, fill=SOFT)
        for (label, *_), height in zip(shown, heights, strict=True)
    ]
    return [*boxes, *names]
