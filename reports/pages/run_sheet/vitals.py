"""Vital signs of a session: as a picture against the limits of the protocol, and in one line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from measures.instrument import Instrument, Scale
from measures.language import marked, within
from reports.charts import Trend, TrendEvent, TrendLine, TrendPanel, TrendPoint
from tracking.rules.run_sheet import Plan, Reading, Record, breaches, minutes_between
from tracking.templatetags.figures import score

UNITS = {"ug": "µg"}
# What the titles of scales come apart into where two of them share a unit; and a unit that is no symbol.
PIECES = (marked("Blood pressure"), marked("systolic"), marked("diastolic"), marked("beats/min"))


def vitals_trend(plan: Plan, record: Record, instrument: Instrument, now: datetime) -> Trend | None:
    """The readings of the session so far; ``None`` while there is none."""
    readings = [row for row in record.readings if row.instrument == instrument.key and row.value is not None]
    if not readings:
        return None
    zero = record.first_dose or record.begun_at
    beyond = {(breach.at, breach.reading.scale) for breach in breaches(plan, record.readings)}
    return Trend(
        title=_("Vital signs"),
        zero=_("the first dose") if record.first_dose else _("the start of the session"),
        until=minutes_between(zero, record.ended_at or now),
        panels=tuple(
            TrendPanel(
                title=title,
                unit=_unit(scales[0][1]),
                lines=tuple(
                    TrendLine(
                        label, _points(scale, readings, zero, beyond), limits_of(plan, instrument, scale)
                    )
                    for label, scale in scales
                ),
            )
            for title, scales in by_unit(instrument)
        ),
        events=tuple(
            TrendEvent(
                minutes_between(zero, dose.at), f"{dose.substance} {amount_words(dose.amount, dose.unit)}"
            )
            for dose in record.doses
        ),
    )


def _points(
    scale: Scale, readings: Sequence[Reading], zero: datetime, beyond: set[tuple[datetime, str]]
) -> tuple[TrendPoint, ...]:
    mine = sorted((row for row in readings if row.scale == scale.key), key=lambda row: row.at)
    return tuple(
        TrendPoint(
            minute=minutes_between(zero, row.at),
            value=row.value or 0.0,
            clock=f"{timezone.localtime(row.at):%H:%M}",
            beyond=(row.at, row.scale) in beyond,
        )
        for row in mine
    )


def limits_of(plan: Plan, instrument: Instrument, scale: Scale) -> tuple[float, ...]:
    """From where the protocol warns of a scale."""
    watches = [each for each in plan.watches if (each.instrument, each.scale) == (instrument.key, scale.key)]
    found = [limit for watch in watches for limit in (watch.warn_from, watch.warn_to) if limit is not None]
    return tuple(float(limit) for limit in found)


def by_unit(instrument: Instrument) -> list[tuple[str, list[tuple[str, Scale]]]]:
    """The scales by their unit, each group under the words that its titles end with: "Blood pressure" of the
    "Systolic" and the "Diastolic" one."""
    groups: dict[str, list[Scale]] = {}
    for scale in instrument.scales:
        groups.setdefault(scale.unit, []).append(scale)
    return [_named(scales) for scales in groups.values()]


def _named(scales: list[Scale]) -> tuple[str, list[tuple[str, Scale]]]:
    titles = [scale.title.split() for scale in scales]
    if len(scales) == 1:
        return _(scales[0].title), [("", scales[0])]
    shared = 0
    while (
        all(len(title) > shared + 1 for title in titles)
        and len({title[-1 - shared] for title in titles}) == 1
    ):
        shared += 1
    tail = " ".join(titles[0][len(titles[0]) - shared :])
    heads = [" ".join(title[: len(title) - shared]).lower() for title in titles]
    heads = [_(head) if head else "" for head in heads]
    return _(tail[:1].upper() + tail[1:]) if tail else "", list(zip(heads, scales, strict=True))


def in_one_line(instrument: Instrument, readings: Sequence[Reading]) -> str:
    """ "Blood pressure 142 / 88 mmHg, heart rate 84 beats/min". What was not measured is left out, and half of a
    pair is a dash."""
    parts = _figures(instrument, readings)
    return format_html_join(
        ", ",
        "{} {}",
        ((within(title) if number else title, figure) for number, (title, figure) in enumerate(parts)),
    )


def figures_alone(instrument: Instrument, readings: Sequence[Reading]) -> str:
    """ "142 / 88 mmHg · 84 beats/min": the same where there is little room; the units tell them apart."""
    return format_html_join(" · ", "{}", ((figure,) for _title, figure in _figures(instrument, readings)))


def _figures(instrument: Instrument, readings: Sequence[Reading]) -> list[tuple[str, str]]:
    values = {row.scale: row.value for row in readings if row.value is not None}
    return [
        (
            title,
            format_html(
                "<bdi>{} {}</bdi>",  # read from left to right also in Arabic: systolic first
                " / ".join(score(values.get(scale.key)) for _label, scale in scales),
                _unit(scales[0][1]),
            ),
        )
        for title, scales in by_unit(instrument)
        if any(scale.key in values for _, scale in scales)
    ]


def _unit(scale: Scale) -> str:
    return _(scale.unit) if scale.unit else ""


def amount_words(amount: object, unit: str) -> str:
    """ "80 mg", "0.5 mg/kg", "100 µg" """
    return f"{score(float(str(amount)), 3)} {_(UNITS.get(unit, unit))}"
