"""A drawn picture taken apart again, as a browser would see it."""

from xml.etree.ElementTree import Element, fromstring  # noqa: S405 - our own output

from reports.charts import Band, Figure, ScorePanel, ScorePoint, Source, Timeline

SVG = "{http://www.w3.org/2000/svg}"
BANDS = (Band("none", 0, 7), Band("mild", 8, 13), Band("moderate", 14, 18), Band("severe", 19, 52))


def tree(figure: Figure) -> Element:
    """Parse the picture; text that was not escaped would not parse."""
    return fromstring(figure.svg)  # noqa: S314 - our own output


def names(figure: Figure) -> list[str]:
    """What a screen reader says of the marks, in order."""
    return [mark.attrib["aria-label"] for mark in tree(figure).iter() if "aria-label" in mark.attrib]


def texts(figure: Figure) -> list[str]:
    """Every word on the picture."""
    return [text.text or "" for text in tree(figure).iter(f"{SVG}text")]


def mark(figure: Figure, name: str) -> Element:
    """The one mark whose name begins so."""
    (found,) = [one for one in tree(figure).iter() if one.attrib.get("aria-label", "").startswith(name)]
    return found


def point(day: float, value: float | None, source: Source = Source.CLINICIAN, **more: str) -> ScorePoint:
    return ScorePoint(day, value, source, **more)


def panel(*points: ScorePoint, **more: object) -> ScorePanel:
    return ScorePanel("HAM-D", "clinician, 0–52", 0, 52, points, **more)  # type: ignore[arg-type]


def course(**more: object) -> Timeline:
    return Timeline("Course", "the first dose", 60, **more)  # type: ignore[arg-type]
