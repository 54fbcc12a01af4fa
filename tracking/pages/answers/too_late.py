"""A correction that came too late: what is on record meanwhile, beside what was to be stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from measures.instrument import Instrument, Scale
from measures.language import figure
from measures.scoring import Answer
from tracking.models import Assessment
from tracking.pages.answers.answering import Context
from tracking.queries.assessments import in_words


@dataclass(frozen=True, slots=True)
class Line:
    """One item or scale in which the versions differ, each in words; ``None`` where nothing was answered. ``language``:
    of the instrument's own words, none where they are the page's."""

    code: str
    label: str
    language: str
    before: str | None
    stored: str | None
    own: str | None


def differing_answers(
    instrument: Instrument, before: Assessment, stored: Assessment, own: Mapping[str, Answer] | None
) -> list[Line]:
    """The items in their order. Without answers of one's own, what the other has changed."""
    mine = before.answers if own is None else own
    return [
        Line(
            item.code,
            item.label,
            instrument.language,
            *(in_words(item, each.get(item.code)) for each in three),
        )
        for item in instrument.items
        for three in [(before.answers, stored.answers, mine)]
        if len({repr(each.get(item.code)) for each in three}) > 1
    ]


def differing_totals(
    scales: Sequence[Scale], before: Assessment, stored: Assessment, own: Mapping[str, float] | None
) -> list[Line]:
    mine = before.entered_totals if own is None else own
    found = []
    for scale in scales:
        three = [each.get(scale.key) for each in (before.entered_totals, stored.entered_totals, mine)]
        if len(set(three)) > 1:
            words = (None if total is None else figure(total) for total in three)
            found.append(Line("", _(scale.title), "", *words))
    return found


def too_late(
    request: HttpRequest, *, stored: Assessment, lines: list[Line], own_reason: str | None, context: Context
) -> HttpResponse:
    """409 with both versions. ``own_reason``: with which the own one was to be stored; ``None`` where nothing was sent
    and nothing begun."""
    page = {"stored": stored, "lines": lines, "own_reason": own_reason, "has_own": own_reason is not None}
    return render(request, "tracking/answers/assessments/too_late.html", context | page, status=409)
