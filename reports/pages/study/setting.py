"""Set and setting over a study: how it is planned, where sessions differed, and how doses were integrated.

What rooms say is the site's and is shown to everybody of the study. What sessions say is counted over patients;
for a reader who does not treat them all, counts are told by ``CountRule``, in the steps in which figures are published:
small groups are withheld, so is their complement, and no free text of a session is shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from statistics import mean, median

from django.db.models import Prefetch
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from measures import registry
from measures.instrument import Instrument, Item
from measures.scoring import Answer
from reports.pages.study.reader import rule_for, sees_all_but_a_few
from reports.pages.study.stored import stands_as_published
from reports.stats.counts import EXACT, NOTHING, CountRule
from tracking.models import (
    Assessment,
    Patient,
    SettingTemplate,
    Study,
    TreatmentEpisode,
    TreatmentSession,
    User,
)
from tracking.queries.assessments import in_words
from tracking.queries.integration import Integrated, integrations
from tracking.rules.policies.days import local_day
from tracking.rules.setting import INSTRUMENT, Answers, said_by_room
from tracking.vocabulary import Attendance, SessionKind


@dataclass(frozen=True, slots=True)
class Counted:
    """So many sessions of so many patients; ``None`` where that would tell of too few."""

    sessions: int | None
    patients: int | None

    @property
    def is_withheld(self) -> bool:
        return self.sessions is None


@dataclass(frozen=True, slots=True)
class Said:
    """One answer of sessions: its words, how often, and whose it was where single patients may be seen."""

    words: str
    sessions: int
    code: str = ""


@dataclass(frozen=True, slots=True)
class TopicRow:
    """One question. ``planned``: what each room says, by its name, one entry without a name where all say the same.

    ``compared``: sessions that can be compared with their room; ``differed``: those of them that say otherwise.
    ``recorded``: sessions that answered where the room says nothing. ``said``: what these and the differing ones
    answered; ``mean`` of a question from 0 to 10. ``hidden``: answers were given that may not be shown.
    """

    item: Item
    planned: tuple[tuple[str, str], ...]
    compared: Counted
    differed: Counted
    recorded: Counted
    said: tuple[Said, ...]
    mean: float | None
    hidden: bool


@dataclass(frozen=True, slots=True)
class Part:
    title: str
    rows: tuple[TopicRow, ...]


@dataclass(frozen=True, slots=True)
class ArmRow:
    """The integration of one arm; the figures are ``None`` where the arm is too small."""

    arm: str
    doses: int | None
    patients: int | None
    planned: int | None
    held: int | None
    missed: int | None
    median_delay: float | None


@dataclass(frozen=True, slots=True)
class StudySetting:
    """Everything on the page. ``withheld_below`` is ``None`` for a reader who may see single patients, who are then
    ``seen``. ``waits``: something was recorded since figures were published, of too few to be told."""

    study: Study
    instrument: Instrument
    dosing: Counted
    recorded: Counted
    first: date | None
    last: date | None
    rooms: tuple[SettingTemplate, ...]
    parts: tuple[Part, ...]
    arms: tuple[ArmRow, ...]
    withheld_below: int | None
    rounded_to: int | None
    waits: bool
    seen: tuple[Patient, ...]

    @property
    def in_words(self) -> str:
        """In how many sessions of how many patients something was recorded, and between which days."""
        if self.waits:
            return _(
                "Something was recorded since figures were published: they are told again when it is of enough people."
            )
        if self.dosing.is_withheld:
            return _("Dosing sessions of fewer than {n} patients.").format(n=self.withheld_below)
        first, last = (self._on(day) for day in (self.first, self.last))
        if self.recorded.is_withheld:
            few = (
                _("Recorded in sessions of fewer than {n} patients; {first} to {last}.")
                if first
                else _("Recorded in sessions of fewer than {n} patients.")
            )
            return few.format(n=self.withheld_below, first=first, last=last)
        whole, patients = self.dosing.sessions or 0, self.recorded.patients or 0
        said = (
            _("Recorded in {sessions}, {patients}; {first} to {last}.")
            if first
            else _("Recorded in {sessions}, {patients}.")
        )
        return said.format(
            sessions=ngettext("{some} of {n} dosing session", "{some} of {n} dosing sessions", whole).format(
                some=self.recorded.sessions, n=whole
            ),
            patients=ngettext("{n} patient", "{n} patients", patients).format(n=patients),
            first=first,
            last=last,
        )

    def _on(self, day: date | None) -> str:
        """The month alone for a reader from whom something is withheld."""
        if day is None:
            return ""
        return date_format(day, "YEAR_MONTH_FORMAT" if self.withheld_below else "DATE_FORMAT")


@dataclass(frozen=True, slots=True)
class _Session:
    """A dosing session with what was recorded of it."""

    patient: Patient
    room: Mapping[str, Answer]
    said: Answers


def study_setting(user: User, study: Study) -> StudySetting:
    """The page of one visible study."""
    told_by = rule_for(user, study)
    instrument = registry.get(INSTRUMENT)
    dosing = _dosing_sessions(study)
    people = {str(row.episode.patient_id) for row in dosing}
    rule = told_by or EXACT
    waits = told_by is not None and not stands_as_published(study)
    if waits or sees_all_but_a_few(user, study, people, rule):
        rule = NOTHING
    recorded = _recorded(dosing, instrument)
    rooms = {row.setting_template for row in dosing if row.setting_template}
    ordered = tuple(sorted(rooms, key=lambda room: (room.name, room.revision)))
    days = [local_day(row.episode.patient, row.starts_at) for row in dosing]
    shown = not rule.is_of_a_few(len({row.episode.patient for row in dosing}))
    return StudySetting(
        study=study,
        instrument=instrument,
        dosing=_counted((row.episode.patient for row in dosing), rule),
        recorded=_counted((row.patient for row in recorded), rule),
        first=min(days, default=None) if shown else None,
        last=max(days, default=None) if shown else None,
        rooms=ordered,
        parts=tuple(
            Part(title, tuple(_row(item, instrument, ordered, recorded, rule) for item in items))
            for title, items in instrument.sections.items()
        ),
        arms=_arms(study, rule),
        withheld_below=told_by.smallest if told_by else None,
        rounded_to=told_by.step if told_by and told_by.step > 1 else None,
        waits=waits,
        seen=() if told_by else tuple({row.patient for row in recorded}),
    )


def _dosing_sessions(study: Study) -> list[TreatmentSession]:
    rows = TreatmentSession.objects.standing().filter(
        episode__study=study, kind=SessionKind.DOSING, attendance=Attendance.ATTENDED
    )
    return list(rows.select_related("episode__patient", "setting_template"))


def _recorded(dosing: Iterable[TreatmentSession], instrument: Instrument) -> list[_Session]:
    sessions = {row.pk: row for row in dosing}
    found = Assessment.objects.current().filter(session__in=sessions, instrument=INSTRUMENT)
    return [
        _Session(
            patient=sessions[row.session_id].episode.patient,
            room=_room_of(sessions[row.session_id], instrument),
            said=row.answers,
        )
        for row in found
        if row.session_id is not None
    ]


def _room_of(session: TreatmentSession, instrument: Instrument) -> Mapping[str, Answer]:
    room = session.setting_template
    return said_by_room(instrument, room.answers) if room else {}


def _row(
    item: Item,
    instrument: Instrument,
    rooms: Sequence[SettingTemplate],
    recorded: Sequence[_Session],
    rule: CountRule,
) -> TopicRow:
    answered = [row for row in recorded if row.said.get(item.code) is not None]
    compared = [row for row in answered if item.code in row.room]
    differed = [row for row in compared if row.said[item.code] != row.room[item.code]]
    free = [row for row in answered if item.code not in row.room]
    differs = _part_of(differed, compared, rule)
    notable = [*free, *(differed if not differs.is_withheld else ())]
    said, average = _said(item, notable, rule)
    return TopicRow(
        item=item,
        planned=_planned(item, instrument, rooms),
        compared=_counted((row.patient for row in compared), rule),
        differed=differs,
        recorded=_part_of(free, recorded, rule),
        said=said,
        mean=average,
        hidden=bool(notable) and not said and average is None,
    )


def _planned(
    item: Item, instrument: Instrument, rooms: Sequence[SettingTemplate]
) -> tuple[tuple[str, str], ...]:
    """What each room in use says; without names where they all say the same."""
    words = {room: in_words(item, said_by_room(instrument, room.answers).get(item.code)) for room in rooms}
    if len(set(words.values())) == 1:
        return tuple(("", said) for said in list(words.values())[:1] if said)
    names = [room.name for room in rooms]
    return tuple(
        (
            room.name
            if names.count(room.name) == 1
            else _("{room}, revision {n}").format(room=room.name, n=room.revision),
            said,
        )
        for room, said in words.items()
        if said
    )


def _said(item: Item, rows: Sequence[_Session], rule: CountRule) -> tuple[tuple[Said, ...], float | None]:
    """What was answered: a mean, each answer with its count, or, to those who may read it, the text."""
    if item.kind == "number":
        numbers = [float(answer) for row in rows if (answer := row.said[item.code]) is not None]
        few = not numbers or rule.is_of_a_few(_patients(rows))
        return (), None if few else mean(numbers)
    if item.kind == "text":
        texts = rows if rule == EXACT else ()
        return tuple(Said(str(row.said[item.code]), 1, row.patient.study_code) for row in texts), None
    groups: dict[float | str, list[_Session]] = defaultdict(list)
    for row in rows:
        if (answer := row.said[item.code]) is not None:
            groups[answer].append(row)
    if any(rule.is_of_a_few(_patients(group)) for group in groups.values()):
        return (), None
    return tuple(
        Said(in_words(item, answer) or "", rule.rounded(len(group)))
        for answer, group in sorted(groups.items(), key=lambda found: float(found[0]))
    ), None


def _patients(rows: Iterable[_Session]) -> int:
    return len({row.patient for row in rows})


def _counted(patients: Iterable[Patient], rule: CountRule) -> Counted:
    """Sessions by their patients; nobody at all is no secret."""
    rows = list(patients)
    many = len(set(rows))
    few = rule.is_of_a_few(many)
    return Counted(None, None) if few else Counted(rule.rounded(len(rows)), rule.rounded(many))


def _part_of(some: Sequence[_Session], whole: Sequence[_Session], rule: CountRule) -> Counted:
    """Sessions among others: withheld where they, or the patients who have none of them, are too few."""
    others = {row.patient for row in whole} - {row.patient for row in some}
    if rule.is_of_a_few(len(others), _patients(whole)):
        return Counted(None, None)
    return _counted((row.patient for row in some), rule)


def _arms(study: Study, rule: CountRule) -> tuple[ArmRow, ...]:
    """Each arm, when every one of them is large enough; otherwise all of them together, if that is."""
    by_arm: dict[str, list[tuple[Patient, Integrated]]] = defaultdict(list)
    standing = Prefetch("sessions", queryset=TreatmentSession.objects.standing())
    episodes = TreatmentEpisode.objects.filter(study=study).select_related("patient")
    for episode in episodes.prefetch_related(standing).order_by("arm", "pk"):
        for row in integrations(episode, list(episode.sessions.all())):
            by_arm[episode.arm or _("no arm")].append((episode.patient, row))
    sizes = [len({patient for patient, row in rows}) for rows in by_arm.values()]
    everybody = [row for rows in by_arm.values() for row in rows]
    if not by_arm:
        return ()
    if len(by_arm) == 1 or rule.is_of_a_few(*sizes):
        return (_arm_row(_("all patients"), everybody, rule),)
    arms = [_arm_row(arm, rows, rule) for arm, rows in by_arm.items()]
    return (*arms, _total(_arm_row(_("all patients"), everybody, rule), arms))


def _arm_row(arm: str, rows: Sequence[tuple[Patient, Integrated]], rule: CountRule) -> ArmRow:
    patients = len({patient for patient, row in rows})
    if rule.is_of_a_few(patients):
        return ArmRow(arm, None, None, None, None, None, None)
    figures = [row.integration for patient, row in rows]
    planned = [one for one in figures if one.planned is not None]
    delays = [one.first_after for one in figures if one.first_after is not None]
    return ArmRow(
        arm=arm,
        doses=rule.rounded(len(rows)),
        patients=rule.rounded(patients),
        planned=rule.told(sum(one.planned or 0 for one in planned)),
        held=rule.told(sum(one.held for one in figures)),
        missed=rule.told(sum(one.missed for one in figures)),
        median_delay=median(delays) if delays else None,
    )


def _total(everybody: ArmRow, arms: Sequence[ArmRow]) -> ArmRow:
    """Everybody, counted as the sum of what is told of the arms."""

    def total(name: str) -> int | None:
        told = [getattr(arm, name) for arm in arms]
        return None if None in told else sum(told)

    return replace(
        everybody,
        doses=total("doses"),
        patients=total("patients"),
        planned=total("planned"),
        held=total("held"),
        missed=total("missed"),
    )
