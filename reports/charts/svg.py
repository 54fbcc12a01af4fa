"""SVG marks as text. Every word and attribute is escaped here and nowhere else.

A mark with a name is announced by screen readers and shown on hover; one without is decoration. No style
attribute is written: a strict content security policy would drop it.
"""

from collections.abc import Sequence
from html import escape
from unicodedata import bidirectional

from measures.language import pgettext
from reports.charts.palette import FONT, HATCH, SMALL

Marks = list[str]
HATCH_FILL = "url(#hatch)"
RIGHT_TO_LEFT = ("R", "AL")  # as Unicode calls the letters of Hebrew and of Arabic


def element(tag: str, *children: str, **attributes: str | float | None) -> str:
    """Return one element; `stroke_width` is written as stroke-width, None is left out."""
    pairs = [(key.replace("_", "-"), value) for key, value in attributes.items() if value is not None]
    inside = "".join(f' {key}="{escape(_plain(value))}"' for key, value in pairs)
    return f"<{tag}{inside}>{''.join(children)}</{tag}>" if children else f"<{tag}{inside}/>"


def _plain(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")


def named(name: str | None, *marks: str) -> str:
    """Return marks as one that says its name, or as decoration when it has none."""
    if name is None:
        return element("g", *marks, aria_hidden="true")
    kind = pgettext("what is drawn in a chart for one thing, such as a dot", "mark")
    return element("g", *marks, role="graphics-symbol", aria_roledescription=kind, aria_label=name)


def box(x: float, y: float, x2: float, y2: float, **style: str | float | None) -> str:
    """Return a rectangle between two corners."""
    return element("rect", x=min(x, x2), y=min(y, y2), width=abs(x2 - x), height=abs(y2 - y), **style)


def rule(x: float, y: float, x2: float, y2: float, **style: str | float | None) -> str:
    """Return a straight line."""
    return element("line", x1=x, y1=y, x2=x2, y2=y2, **style)


def curve(points: Sequence[tuple[float, float]], **style: str | float | None) -> str:
    """Return a line through points, without filling."""
    path = "L".join(f"{_plain(x)},{_plain(y)}" for x, y in points)
    return element(
        "path", d=f"M{path}", fill="none", stroke_linejoin="round", stroke_linecap="round", **style
    )


def ribbon(
    upper: Sequence[tuple[float, float]], lower: Sequence[tuple[float, float]], **style: str | float | None
) -> str:
    """Return the area between two lines over the same x."""
    path = "L".join(f"{_plain(x)},{_plain(y)}" for x, y in [*upper, *reversed(lower)])
    return element("path", d=f"M{path}Z", **style)


def disc(x: float, y: float, radius: float, **style: str | float | None) -> str:
    """Return a circle."""
    return element("circle", cx=x, cy=y, r=radius, **style)


def half_disc(x: float, y: float, radius: float, **style: str | float | None) -> str:
    """Return the left half of a filled circle."""
    return element(
        "path", d=f"M{_plain(x)},{_plain(y - radius)}a{radius},{radius},0,0,0,0,{2 * radius}Z", **style
    )


def diamond(x: float, y: float, radius: float, **style: str | float | None) -> str:
    """Return a square on its corner."""
    return _polygon(x, y, [(0, -radius), (radius, 0), (0, radius), (-radius, 0)], **style)


def triangle(x: float, y: float, radius: float, **style: str | float | None) -> str:
    """Return a triangle that points up."""
    return _polygon(x, y, [(0, -radius), (radius, 0.8 * radius), (-radius, 0.8 * radius)], **style)


def square(x: float, y: float, radius: float, **style: str | float | None) -> str:
    """Return an upright square."""
    side = 0.88 * radius
    return box(x - side, y - side, x + side, y + side, **style)


def _polygon(x: float, y: float, corners: Sequence[tuple[float, float]], **style: str | float | None) -> str:
    path = "L".join(f"{_plain(x + dx)},{_plain(y + dy)}" for dx, dy in corners)
    return element("path", d=f"M{path}Z", **style)


def words(x: float, y: float, text: str, *, size: float = SMALL, **style: str | float | None) -> str:
    """Return one line of text whose middle stands at height y. It begins at x on its left in every language; one that
    is written from right to left is read so."""
    style["unicode_bidi"] = (
        "plaintext" if any(bidirectional(sign) in RIGHT_TO_LEFT for sign in text) else None
    )
    return element("text", escape(text, quote=False), x=x, y=y, dy=".35em", font_size=size, **style)


def group(x: float, y: float, marks: Sequence[str]) -> str:
    """Return marks moved to a place."""
    return element("g", *marks, transform=f"translate({_plain(x)},{_plain(y)})")


def document(
    width: float, height: float, title: str, description: str, marks: Sequence[str], *, key: str
) -> str:
    """Return a whole picture. `key` begins every id in it, so that several pictures can share a page. Time runs from
    left to right on every page."""
    body = "".join(marks)
    if HATCH_FILL in body:
        body = _hatching(f"{key}-hatch") + body.replace(f'fill="{HATCH_FILL}"', f'fill="url(#{key}-hatch)"')
    return element(
        "svg",
        element("title", escape(title, quote=False), id=f"{key}-title"),
        element("desc", escape(description, quote=False), id=f"{key}-desc"),
        body,
        xmlns="http://www.w3.org/2000/svg",
        width=width,
        height=height,
        viewBox=f"0 0 {_plain(width)} {_plain(height)}",
        font_family=FONT,
        direction="ltr",
        role="graphics-document document",
        aria_labelledby=f"{key}-title",
        aria_describedby=f"{key}-desc",
    )


def _hatching(name: str) -> str:
    stroke = element("path", d="M0,0V6", stroke=HATCH, stroke_width=2.4)
    turn = {"patternUnits": "userSpaceOnUse", "patternTransform": "rotate(45)"}
    return element("defs", element("pattern", stroke, id=name, width=6, height=6, **turn))
