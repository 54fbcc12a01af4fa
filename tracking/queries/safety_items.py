"""What is known of suicide before a dose: open alerts, and how its items were answered in the last seven days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from measures import scoring
from measures.instrument import Instrument, Item
from tracking.models import Assessment, SafetyAlert, TreatmentEpisode
from tracking.queries.assessments import in_words
from tracking.rules.policies.days import local_day
from tracking.rules.policies.instruments import Shelf
from tracking.vocabulary import ItemState

LOOKED_BACK = timedelta(days=7)  # policy of ours


@dataclass(frozen=True, slots=True)
class Answered:
    """The latest answer to one safety item. ``words`` is ``None`` where it was left out, which is no denial;
    ``is_hot``: left out, or endorsed."""

    assessment: Assessment
    instrument: Instrument
    item: Item
    words: str | None
    is_hot: bool


@dataclass(frozen=True, slots=True)
class SafetyOfWeek:
    """``alerts``: those that nobody has closed, each with the name of its questionnaire."""

    alerts: Sequence[tuple[SafetyAlert, str]]
    answers: Sequence[Answered]

    @property
    def hot(self) -> Sequence[Answered]:
        return [one for one in self.answers if one.is_hot]

    @property
    def denied(self) -> Sequence[tuple[Instrument, Assessment]]:
        """Each form on which all of them were denied, the newest first: one with anything else is never called so."""
        hot = {one.assessment.pk for one in self.hot}
        forms = {one.assessment.pk: (one.instrument, one.assessment) for one in self.answers}
        return [form for key, form in forms.items() if key not in hot]


def safety_of_week(episode: TreatmentEpisode, now: datetime) -> SafetyOfWeek:
    """Of the whole person: what belongs to another treatment of theirs counts as much. Of each item its latest answer
    of the last seven days, the newest first."""
    shelf = Shelf()
    alerts = SafetyAlert.objects.unresolved().filter(episode__patient=episode.patient_id)
    since = local_day(episode.patient, now) - LOOKED_BACK
    rows = Assessment.objects.current().filter(episode__patient=episode.patient_id, assessed_on__gte=since)
    found: dict[tuple[str, str], Answered] = {}
    for row in rows.select_related("episode__study").order_by("assessed_on", "recorded_at", "pk"):
        for answered in _answered(row, shelf.get(row.instrument, row.version, row.episode.study)):
            found.pop((row.instrument, answered.item.code), None)
            found[row.instrument, answered.item.code] = answered
    named = [
        (alert, shelf.get(alert.instrument, study=alert.episode.study).short_title)
        for alert in alerts.select_related("episode__study")
    ]
    return SafetyOfWeek(named, list(reversed(found.values())))


def _answered(row: Assessment, instrument: Instrument) -> Iterator[Answered]:
    """Of a total alone no item is known; one that was not to be asked says nothing."""
    states = scoring.score(instrument, row.answers).critical if row.has_answers else {}
    for code, state in states.items():
        item = instrument.item(code)
        words = in_words(item, row.answers.get(code))
        yield Answered(row, instrument, item, words, is_hot=state != ItemState.DENIED.value)
