"""Where a value lies: a rectangle of pixels with a linear scale along each side."""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.charts.labels import number
from reports.charts.palette import LINE, SOFT
from reports.charts.svg import Marks, rule, words

STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 25, 50, 100, 200, 500)
DAY_STEPS = (1, 7, 14, 28, 56, 84, 168, 364, 728)


@dataclass(frozen=True)
class View:
    """A rectangle of `width` by `height` pixels; values use only the part below `top`."""

    width: float
    height: float
    x_domain: tuple[float, float]
    y_domain: tuple[float, float]
    top: float = 0

    def x(self, value: float) -> float:
        """Return the pixel of a value on the x axis."""
        low, high = self.x_domain
        return (value - low) / (high - low) * self.width

    def y(self, value: float) -> float:
        """Return the pixel of a value on the y axis, counted from the view's upper edge."""
        low, high = self.y_domain
        return self.height - (value - low) / (high - low) * (self.height - self.top)


def ticks(low: float, high: float, most: float, steps: Sequence[float] = STEPS) -> list[float]:
    """Return round values from `low` to `high`, at most about `most`, all multiples of one of `steps`."""
    step = next((step for step in steps if (high - low) / step <= most), steps[-1])
    first = -int(-low // step)
    return [step * index for index in range(first, int(high // step) + 1)]


def y_axis(view: View, most: float = 4) -> Marks:
    """Return the numbers at the left edge, with a hairline at the foot and the top of the plot."""
    marks = ticks(*view.y_domain, most)
    numbers = [words(-8, view.y(mark), number(mark), text_anchor="end", fill=SOFT) for mark in marks]
    return [*frame(view), *numbers]


def frame(view: View) -> Marks:
    """Return the hairlines at the foot and the top of the plot."""
    return [rule(0, y, view.width, y, stroke=LINE) for y in (view.top, view.height)]


def day_axis(view: View, y: float, size: float) -> Marks:
    """Return the stubs and numbers of a day axis at height `y`, in weeks where days are too many."""
    days = ticks(*view.x_domain, view.width / 60, DAY_STEPS)
    stubs = [rule(view.x(day), y, view.x(day), y + 5, stroke=SOFT) for day in days]
    numbers = [
        words(view.x(day), y + 15, number(day), size=size, text_anchor="middle", fill=SOFT) for day in days
    ]
    return [rule(0, y, view.width, y, stroke=LINE), *stubs, *numbers]
