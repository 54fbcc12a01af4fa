"""Numbers as they are read: no needless decimals, a true minus sign, a sign on every change."""

from django import template
from django.utils.translation import gettext as _

from measures.language import MINUS, written

register = template.Library()


@register.filter
def score(value: float | None, decimals: int = 1) -> str:
    """``12.0`` → ``12``, ``13.5`` → ``13.5``, ``None`` → ``–``."""
    if value is None:
        return "–"
    text = f"{value:.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else written(text.replace("-", MINUS))


@register.filter
def signed(value: float | None, decimals: int = 1) -> str:
    """``-13.0`` → ``−13``, ``3`` → ``+3``."""
    text = score(value, decimals)
    return written("+") + text if value is not None and value > 0 and text != "0" else text


@register.filter
def fixed(value: float, decimals: int = 2) -> str:
    """An estimate with all its decimals: ``-0.6`` → ``−0.60``."""
    return written(f"{value:.{decimals}f}".replace("-", MINUS))


@register.filter
def in_unit(number: str, unit: str) -> str:
    """``67``, ``percent`` → ``67 %``; points stand bare."""
    if unit == "percent":
        return f"{number} %"
    return _("{n} days").format(n=number) if unit == "days" else number


@register.filter
def measured(value: float, unit: str) -> str:
    """With its unit: ``66.7 %``, ``90 days``; points stand bare: ``8.0``."""
    return in_unit(fixed(value, 0 if unit == "days" else 1), unit)


@register.filter
def p_value(value: float) -> str:
    """``0.0412`` → ``0.041``; what would round to nought is ``< 0.001``."""
    return f"< {written('0.001')}" if value < 0.001 else written(f"{value:.3f}")


@register.filter
def words(key: str) -> str:
    """``relapse_suspected`` → ``relapse suspected``."""
    return key.replace("_", " ")


@register.filter
def hours(minutes: int) -> str:
    """``134`` → ``2 h 14 min``, ``14`` → ``14 min``."""
    whole, rest = divmod(minutes, 60)
    if whole:
        return _("{hours} h {minutes} min").format(hours=whole, minutes=rest)
    return _("{n} min").format(n=rest)
