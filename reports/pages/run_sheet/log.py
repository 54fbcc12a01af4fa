"""The log of a dosing session: every dose, line and form with its moment, who put it there, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from measures.instrument import Instrument
from measures.language import within, written
from measures.levels import level_in_words, levels_of
from reports.pages.run_sheet.vitals import amount_words, in_one_line
from tracking.models import Assessment, Dose, RunSheetEntry, User
from tracking.queries.assessments import DECIDED, in_words
from tracking.queries.dosing import ADVERSE_EVENT, VITAL_SIGNS, as_given, readings_of
from tracking.rules.policies.instruments import Shelf
from tracking.rules.run_sheet import LATE_MINUTES, Plan, breaches
from tracking.rules.run_sheet.doses import in_mg
from tracking.vocabulary import CheckTopic, DosePart, EventTopic, RunSheetKind

LATE = timedelta(minutes=LATE_MINUTES)
ADVERSE_ITEMS = ("severity", "relatedness", "action", "outcome")


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line. ``record``: kind and public id under which it is taken back; ``assessment``: the form behind it, with
    the number of its ``earlier`` versions. ``voided``: who took it back."""

    at: datetime
    title: str
    detail: str
    by: User | None
    recorded_at: datetime
    tone: str = ""  # "dose", "warn" or ""
    warnings: tuple[str, ...] = ()
    record: tuple[str, str] | None = None
    assessment: Assessment | None = None
    earlier: int = 0
    voided: Dose | RunSheetEntry | None = None

    @property
    def is_late(self) -> bool:
        """Recorded later than its moment: a tablet that was offline, or an entry afterwards."""
        return self.recorded_at - self.at > LATE


def log_lines(
    plan: Plan,
    topics: dict[str, str],
    doses: Iterable[Dose],
    entries: Iterable[RunSheetEntry],
    assessments: Sequence[Assessment],
) -> list[LogLine]:
    """All lines, newest first. Of a corrected form the latest version stands here; the others are linked from it."""
    lines = [_of_dose(dose) for dose in doses]
    lines += [_of_entry(entry, topics) for entry in entries]
    shelf = Shelf()
    earlier = {row.pk: row.supersedes_id for row in assessments}
    for row in assessments:
        if not hasattr(row, "superseded_by"):
            instrument = shelf.get(row.instrument, row.version)
            lines.append(_of_form(plan, instrument, row, _versions_before(row.pk, earlier)))
    return sorted(lines, key=lambda line: (line.at, line.recorded_at), reverse=True)


def _versions_before(pk: int, earlier: dict[int, int | None]) -> int:
    count = 0
    while (before := earlier.get(pk)) is not None:
        pk, count = before, count + 1
    return count


def _of_dose(dose: Dose) -> LogLine:
    given = as_given(dose)
    mass = in_mg(given)
    parts = [within(dose.get_route_display())]
    if dose.unit == "mg/kg" and mass is not None:
        weighed = _("{mass} at {weight} kg")
        weight = written(str(dose.weight_kg))
        parts.insert(0, weighed.format(mass=amount_words(mass, "mg"), weight=weight))
    title = _("Supplemental dose: {dose}") if dose.part == DosePart.SUPPLEMENT else _("Dose: {dose}")
    return LogLine(
        at=dose.given_at,
        title=title.format(dose=f"{dose.substance} {amount_words(dose.amount, dose.unit)}"),
        detail=", ".join(parts),
        by=dose.recorded_by,
        recorded_at=dose.recorded_at,
        tone="dose",
        record=("dose", str(dose.public_id)),
        voided=dose if dose.voided_at else None,
    )


def _of_entry(entry: RunSheetEntry, topics: dict[str, str]) -> LogLine:
    title, detail, tone = _entry_words(entry, topics)
    return LogLine(
        at=entry.happened_at,
        title=title,
        detail=detail,
        by=entry.recorded_by,
        recorded_at=entry.recorded_at,
        tone=tone,
        record=("line", str(entry.public_id)),
        voided=entry if entry.voided_at else None,
    )


def _entry_words(entry: RunSheetEntry, topics: dict[str, str]) -> tuple[str, str, str]:
    match entry.kind:
        case RunSheetKind.CHECK:
            known = dict(CheckTopic.choices)
            words = topics.get(entry.topic) or str(known.get(entry.topic, entry.topic))
            if entry.topic in (CheckTopic.OVERRIDE, CheckTopic.LIMIT, CheckTopic.AMOUNT):
                return words, entry.text, "warn"
            title = _("{check}: yes") if entry.met else _("{check}: no")
            return title.format(check=words), entry.text, "" if entry.met else "warn"
        case RunSheetKind.EVENT:
            title = str(dict(EventTopic.choices).get(entry.topic, _("Event")))
            return title, entry.text, ""
        case RunSheetKind.END:
            return _("End of the session"), entry.text, "dose"
        case _:
            return entry.get_kind_display(), entry.text, ""


def _of_form(plan: Plan, instrument: Instrument, row: Assessment, earlier: int) -> LogLine:
    readings = tuple(readings_of(row))
    found = tuple(breach.words for breach in breaches(plan, readings))
    return LogLine(
        at=row.assessed_at or row.recorded_at,
        title=_form_title(instrument, row),
        detail=_form_detail(instrument, row),
        by=row.recorded_by,
        recorded_at=row.recorded_at,
        tone="warn" if found or instrument.key == ADVERSE_EVENT else "",
        warnings=found,
        assessment=row,
        earlier=earlier,
    )


def _form_title(instrument: Instrument, row: Assessment) -> str:
    if instrument.key == ADVERSE_EVENT:
        return f"{instrument.short_title}: {row.answers.get('term') or _('not named')}"
    return instrument.short_title


def _form_detail(instrument: Instrument, row: Assessment) -> str:
    if instrument.key == VITAL_SIGNS:
        return in_one_line(instrument, readings_of(row))
    met = {result.outcome: result.met for result in row.outcomes.all()}
    if instrument.key == ADVERSE_EVENT:
        said = [in_words(instrument.item(code), row.answers.get(code)) for code in ADVERSE_ITEMS]
        serious = [
            f"{within(_(one.title))}: {within(_(str(DECIDED[met.get(one.key)])))}"
            for one in instrument.outcomes
        ]
        return "; ".join([*(words for words in said if words), *serious])
    levels = levels_of(instrument, met)
    words = [f"{_(one.title)}: {level_in_words(one, levels[one.key])}" for one in instrument.levels]
    return "; ".join(words) or _("recorded")
