"""One treatment episode as the records that the time line is drawn from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from measures.instrument import Instrument, Scale
from measures.language import marked
from measures.words.phrases import listed
from reports.charts import (
    Band,
    DoseMark,
    FlagMark,
    LastDoseMark,
    MedicationBar,
    ScorePanel,
    ScorePoint,
    SessionLane,
    SessionTick,
    Source,
    Timeline,
)
from reports.frames import Axis
from reports.models import CourseFlag
from reports.stats.flags import flag_words
from tracking import clock
from tracking.models import Assessment, DoseChange, MedicationCourse, TreatmentEpisode, TreatmentSession
from tracking.queries.events import LastStop
from tracking.rules.acute import Acute
from tracking.rules.policies.instruments import Shelf
from tracking.templatetags.figures import score
from tracking.tongues import heard
from tracking.vocabulary import AnswerSource, Attendance, DoseStep, SessionKind, StopReason

DOTS = {
    AnswerSource.SELF: Source.SELF,
    AnswerSource.CLINICIAN: Source.CLINICIAN,
    AnswerSource.CLINICIAN_ENTERED: Source.ENTERED,
}
LANES = {
    SessionKind.PREPARATION: marked("preparation"),
    SessionKind.PSYCHOTHERAPY: marked("psychotherapy"),
    SessionKind.INTEGRATION: marked("integration"),
    SessionKind.MEDICATION: marked("medication visit"),
}


def timeline_records(
    episode: TreatmentEpisode,
    axis: Axis,
    as_of: date,
    *,
    assessments: Sequence[Assessment],
    marks: Mapping[int, Acute],
    flags: Sequence[CourseFlag],
    sessions: Sequence[TreatmentSession],
    medications: Sequence[MedicationCourse],
    stop: LastStop | None,
    shelf: Shelf,
) -> Timeline:
    """What the picture of an episode shows, from rows already loaded. Draws nothing."""
    until = min(as_of, episode.ends_on or as_of)
    return Timeline(
        title=_("Course of treatment and scores"),
        zero=_zero(axis),
        until=axis.day(until),
        medication=tuple(medication_bars(medications, axis)),
        last_dose=LastDoseMark(axis.day(stop.last_dose), stop.substances) if stop else None,
        doses=tuple(dose_marks(sessions, axis, episode)),
        sessions=tuple(session_lanes(sessions, axis, episode)),
        panels=tuple(score_panels(episode, axis, assessments, marks, flags, shelf)),
    )


def _zero(axis: Axis) -> str:
    if axis.dose_days:
        return pgettext("what day 0 is", "the first dose")
    return pgettext("what day 0 is", "the start of treatment")


def medication_bars(medications: Iterable[MedicationCourse], axis: Axis) -> Iterable[MedicationBar]:
    """A bar per dose of each medication; a washout from its stop to the first dose of treatment."""
    for course in medications:
        steps = [step for step in course.dose_changes.all() if step.voided_at is None]
        for step, following in zip(steps, [*steps[1:], None], strict=True):
            if step.step == DoseStep.STOP:
                yield from _washout(course, step, axis)
                continue
            end = axis.day(following.changed_on) if following else None
            dose = f"{score(float(step.amount_per_day), 3)} {step.get_unit_display()}"
            yield MedicationBar(course.substance, axis.day(step.changed_on), end, dose)


def _washout(course: MedicationCourse, stop: DoseChange, axis: Axis) -> Iterable[MedicationBar]:
    stopped = axis.day(stop.changed_on)
    if stop.stop_reason == StopReason.WASHOUT and axis.dose_days and stopped < 0:
        yield MedicationBar(course.substance, stopped, 0, washout=True)


def _session_day(session: TreatmentSession, axis: Axis, zone: str) -> int:
    return axis.day(clock.day_of(session.starts_at, zone))


def dose_marks(
    sessions: Iterable[TreatmentSession], axis: Axis, episode: TreatmentEpisode
) -> Iterable[DoseMark]:
    """One mark per dosing session: its substances, and the amounts given in order, "80 + 40 mg"."""
    zone = episode.patient.timezone
    for session in sessions:
        doses = [dose for dose in session.doses.all() if dose.voided_at is None]
        if not doses:
            continue
        amounts: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for dose in doses:
            amounts[dose.substance, dose.get_unit_display()].append(score(float(dose.amount), 3))
        day = _session_day(session, axis, zone)
        yield DoseMark(
            day=day,
            amount=", ".join(f"{' + '.join(given)} {unit}" for (_substance, unit), given in amounts.items()),
            substance=listed(dict.fromkeys(substance for substance, _unit in amounts)),
            acute_until=day + axis.acute_days if axis.acute_days else None,
        )


def session_lanes(
    sessions: Iterable[TreatmentSession], axis: Axis, episode: TreatmentEpisode
) -> Iterable[SessionLane]:
    """A lane per kind of session that has none or no dose, in the order of treatment; only those attended."""
    zone = episode.patient.timezone
    ticks: defaultdict[str, list[SessionTick]] = defaultdict(list)
    for session in sessions:
        if session.kind in LANES and session.attendance == Attendance.ATTENDED:
            label = session.get_kind_display()
            ticks[session.kind].append(SessionTick(_session_day(session, axis, zone), label))
    return [SessionLane(_(label), tuple(ticks[kind])) for kind, label in LANES.items() if ticks[kind]]


def score_panels(
    episode: TreatmentEpisode,
    axis: Axis,
    assessments: Iterable[Assessment],
    marks: Mapping[int, Acute],
    flags: Iterable[CourseFlag],
    shelf: Shelf,
) -> list[ScorePanel]:
    """A panel per instrument that is followed over time: clinician-rated ones first, alliance last."""
    by_instrument: defaultdict[str, list[Assessment]] = defaultdict(list)
    for assessment in assessments:
        by_instrument[assessment.instrument].append(assessment)
    found = [(shelf.get(key, rows[-1].version, episode.study), rows) for key, rows in by_instrument.items()]
    followed = sorted((pair for pair in found if not pair[0].state), key=lambda pair: _panel_order(pair[0]))
    return [_panel(instrument, rows, axis, marks, flags) for instrument, rows in followed]


def _panel_order(instrument: Instrument) -> tuple[bool, bool, str]:
    symptoms = instrument.primary_scale.direction == "higher_is_worse"
    return not symptoms, instrument.rater != "clinician", instrument.short_title


def _panel(
    instrument: Instrument,
    assessments: Iterable[Assessment],
    axis: Axis,
    marks: Mapping[int, Acute],
    flags: Iterable[CourseFlag],
) -> ScorePanel:
    scale = instrument.primary_scale
    by_clinician = instrument.rater == "clinician"
    rated = (
        _("rated by a clinician, {low}–{high}")
        if by_clinician
        else _("answered by the patient, {low}–{high}")
    )
    return ScorePanel(
        title=instrument.short_title,
        subtitle=rated.format(low=score(scale.minimum), high=score(scale.maximum)),
        minimum=scale.minimum,
        maximum=scale.maximum,
        points=tuple(
            _point(assessment, instrument, scale, axis, marks.get(assessment.pk))
            for assessment in assessments
        ),
        bands=tuple(Band(_(band.label), band.low, band.high) for band in scale.bands),
        flags=tuple(
            FlagMark(flag.day, flag_words(flag.kind), heard(flag.sentence))
            for flag in flags
            if (flag.instrument, flag.scale) == (instrument.key, scale.key)
        ),
    )


def _point(
    assessment: Assessment, instrument: Instrument, scale: Scale, axis: Axis, acute: Acute | None
) -> ScorePoint:
    found = {row.scale: row for row in assessment.scores.all()}.get(scale.key)
    default = Source.CLINICIAN if instrument.rater == "clinician" else Source.SELF
    notes = [_("estimated, some answers missing")] if found and found.is_estimate else []
    notes += [_("acute: {why}").format(why=acute.words)] if acute else []
    return ScorePoint(
        day=axis.day(assessment.assessed_on),
        value=found.best if found else None,
        source=DOTS.get(AnswerSource(assessment.source), default),
        band=band_label(scale, found.band) if found and found.band else "",
        note="; ".join(notes),
    )


def band_label(scale: Scale, key: str) -> str:
    """The band's words as the instrument has them, in the reader's language; none without a band."""
    label = next((band.label for each in scale.band_sets for band in each.bands if band.key == key), key)
    return _(label) if label else ""
