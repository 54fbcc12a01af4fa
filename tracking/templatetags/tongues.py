"""Words that a template is handed and does not write itself, in the reader's language."""

from django import template
from django.utils.html import format_html
from django.utils.translation import gettext

from measures.language import within
from tracking import tongues

register = template.Library()
register.filter("heard", tongues.heard)
register.filter("within", within)


@register.filter
def translated(words: str | None) -> str:
    """A title, band or label out of a definition that ships (``moderate``, ``Week 2``). One that a site wrote itself
    stands as it was written."""
    return gettext(words) if words else ""


@register.filter
def isolated(words: str) -> str:
    """What somebody wrote, in a sentence of ours: it keeps its own direction, and leaves that of the sentence alone."""
    return format_html("<bdi>{}</bdi>", words)
