"""Numbers as they are read: no needless decimals, a true minus sign, a sign on every change."""

from django import template

register = template.Library()
MINUS = "\u2212"
UNITS = {"percent": " %", "days": " days"}


@register.filter
def score(value: float | None, decimals: int = 1) -> str:
    """``12.0`` → ``12``, ``13.5`` → ``13.5``, ``None`` → ``–``."""
    if value is None:
        return "–"
    text = f"{value:.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", MINUS)


@register.filter
def signed(value: float | None, decimals: int = 1) -> str:
    """``-13.0`` → ``−13``, ``3`` → ``+3``."""
    text = score(value, decimals)
    return f"+{text}" if value is not None and value > 0 and text != "0" else text


@register.filter
def fixed(value: float, decimals: int = 2) -> str:
    """An estimate with all its decimals: ``-0.6`` → ``−0.60``."""
    return f"{value:.{decimals}f}".replace("-", MINUS)


@register.filter
def in_unit(figure: str, unit: str) -> str:
    """``67``, ``percent`` → ``67 %``; points stand bare."""
    return figure + UNITS.get(unit, "")


@register.filter
def measured(value: float, unit: str) -> str:
    """With its unit: ``66.7 %``, ``90 days``; points stand bare: ``8.0``."""
    return in_unit(fixed(value, 0 if unit == "days" else 1), unit)


@register.filter
def p_value(value: float) -> str:
    """``0.0412`` → ``0.041``; what would round to nought is ``< 0.001``."""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


@register.filter
def words(key: str) -> str:
    """``relapse_suspected`` → ``relapse suspected``."""
    return key.replace("_", " ")


@register.filter
def hours(minutes: int) -> str:
    """``134`` → ``2 h 14 min``, ``14`` → ``14 min``."""
    whole, rest = divmod(minutes, 60)
    return f"{whole} h {rest} min" if whole else f"{rest} min"
