"""What a scale comes to, as it is read: whether a change is reliable, and where remission stands."""

from django import template
from django.utils.translation import gettext as _

from measures.language import marked

register = template.Library()
CATEGORIES = {
    "improved": marked("improved"),
    "no_reliable_change": marked("no reliable change"),
    "deteriorated": marked("deteriorated"),
    "undecidable": marked("undecidable"),
    "no_rule": marked("no rule"),
    "not_met": marked("not met"),
    "threshold_met": marked("threshold met"),
    "sustained": marked("sustained"),
    "suspected": marked("suspected"),
    "ended": marked("ended"),
}


@register.filter
def category(key: str) -> str:
    """``no_reliable_change`` → ``no reliable change``; nothing for nothing."""
    return _(CATEGORIES.get(key, key.replace("_", " "))) if key else ""
