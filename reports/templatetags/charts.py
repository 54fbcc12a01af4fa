"""Put drawn charts into pages."""

from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from reports.charts import Figure

register = template.Library()


@register.simple_tag
def svg(figure: Figure) -> SafeString:
    """Return a figure's SVG: safe, as reports.charts.svg escapes every word and attribute in it."""
    return mark_safe(figure.svg)  # noqa: S308


@register.inclusion_tag("parts/figure.html")
def chart(figure: Figure, narrow: Figure | None = None, size: str = "") -> dict[str, Any]:
    """Show a figure with its tables. `narrow`: its rendering for a phone; `size`: "small" for half a page,
    "natural" for as large as it was drawn."""
    return {"figure": figure, "narrow": narrow, "size": size}
