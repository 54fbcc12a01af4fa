"""The course of an episode, computed again from its whole history, and the flags that it raises."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from measures.instrument import ChangeRules, Instrument, Scale
from reports.actions import jobs
from reports.frames import Axis, ScoreRow, axes, judged_instruments, points, score_rows
from reports.models import CourseFlag, EpisodeCourse, FlagState
from reports.plain import plain
from reports.rules import rules_of
from reports.stats import course as courses
from reports.stats.course import Course
from reports.stats.flags import Flag
from reports.stats.series import Point, Score
from reports.stats.trajectory import Trajectory, summarise
from tracking.actions import audit
from tracking.actions.marks import want_study
from tracking.actions.moves import ANY_STATE, move, moved
from tracking.errors import InvalidInput
from tracking.models import AssessmentRequest, EpisodeMark, TreatmentEpisode, User
from tracking.queries.events import protocol_of
from tracking.tongues import in_every_language
from tracking.vocabulary import AuditAction, RequestStatus

ALGORITHM = "course-2"  # what is computed below; a change of it is a new name and replaces stored courses


@dataclass(frozen=True, slots=True)
class Judged:
    """All that one scale says about one episode, ready to be written."""

    instrument: Instrument
    scale: Scale
    rules: ChangeRules
    axis: Axis
    points: tuple[Point, ...]
    bands: Mapping[str, str]
    course: Course
    flags: tuple[Flag, ...]
    respond_by: int | None
    trajectory: Trajectory

    @property
    def inputs_hash(self) -> str:
        known = [asdict(point) for point in self.points]
        place = [_zero(self.axis), self.respond_by]
        return _hash([ALGORITHM, self.instrument.version, asdict(self.rules), place, known])


def recompute_episode(*, episode_id: int) -> None:
    """Bring the courses and flags of an episode up to its wanted revision. Harmless when called twice.

    Reads everything and computes with pure functions; a course whose inputs have not changed is not
    written. The figures of the study are marked in the same transaction.
    """
    jobs.attempt(marks=EpisodeMark.objects.filter(episode=episode_id), prepare=partial(_prepare, episode_id))


@transaction.atomic
def close_flag(*, by: User, flag: CourseFlag, note: str) -> None:
    """A clinician has dealt with it. It stays closed until other scores raise it anew.

    Raises ``InvalidInput`` without a note, ``Conflict`` when it is no longer open.
    """
    if not note.strip():
        raise InvalidInput("note", _("say what was concluded before closing a flag"))
    closed = {
        "state": FlagState.CLOSED,
        "closed_at": timezone.now(),
        "closed_by": by,
        "closed_note": note.strip(),
    }
    move(flag, Q(state=FlagState.OPEN), **closed, otherwise=_("this flag is no longer open"))
    _audit(by, AuditAction.CLOSE_FLAG, flag)


def _prepare(episode_id: int) -> jobs.Write:
    episodes = TreatmentEpisode.objects.filter(pk=episode_id)
    episode = episodes.select_related("patient", "study").get()
    axis = axes(episodes)[episode_id]
    judged = [_judge(episode, instrument, axis) for instrument in judged_instruments(episodes, episode.study)]
    return partial(_store, episode, judged)


def _judge(episode: TreatmentEpisode, instrument: Instrument, axis: Axis) -> Judged:
    scale = instrument.primary_scale
    rules = rules_of(instrument, scale.key)
    own = TreatmentEpisode.objects.filter(pk=episode.pk)
    rows = score_rows(own, instrument, scale.key, {episode.pk: axis})
    respond_by = _respond_by(episode, instrument, rows, axis)
    series = tuple(sorted(points(rows), key=lambda point: (point.day, point.recorded)))
    return Judged(
        instrument=instrument,
        scale=scale,
        rules=rules,
        axis=axis,
        points=series,
        bands={row.assessment: row.band for row in rows},
        course=courses.classify(series, rules, scale.direction, index_day=0),
        flags=courses.flags(series, rules, scale.direction, index_day=0, respond_by=respond_by),
        respond_by=respond_by,
        trajectory=summarise(series),
    )


def _respond_by(
    episode: TreatmentEpisode, instrument: Instrument, rows: Iterable[ScoreRow], axis: Axis
) -> int | None:
    """The day from which a score counts for the endpoint of the protocol: that on which its window opens, or an
    earlier one on which it was rated all the same. ``None`` where the protocol judges no treatment response on this
    scale, or its endpoint hangs on an event that has not happened."""
    protocol = protocol_of(episode)
    outcome = protocol.outcome if protocol else None
    if outcome is None or outcome.instrument != instrument.key or not outcome.treatment_response:
        return None
    asked = AssessmentRequest.objects.filter(
        episode=episode, instrument=instrument.key, time_point=outcome.endpoint
    ).exclude(status=RequestStatus.CANCELLED)
    opens = [axis.day(day) for day in asked.values_list("opens_on", flat=True)]
    return min([*opens, *(row.day for row in rows if row.time_point == outcome.endpoint)], default=None)


def _store(episode: TreatmentEpisode, judged: Iterable[Judged]) -> None:
    for each in judged:
        _store_course(episode, each)
        _store_flags(episode, each)
    if episode.study:
        want_study(study=episode.study)


def _store_course(episode: TreatmentEpisode, judged: Judged) -> None:
    place: dict[str, Any] = {
        "episode": episode,
        "instrument": judged.instrument.key,
        "scale": judged.scale.key,
    }
    known = EpisodeCourse.objects.filter(**place).first()
    if known is None or known.inputs_hash != judged.inputs_hash:
        EpisodeCourse.objects.update_or_create(**place, defaults=_columns(judged))


def _columns(judged: Judged) -> dict[str, object]:
    course = judged.course
    baseline, latest, slope = course.baseline, course.latest, judged.trajectory.slope
    return {
        "rule_version": course.rule_version,
        "inputs_hash": judged.inputs_hash,
        "n": course.n,
        "baseline": baseline and baseline.value,
        "baseline_day": baseline and baseline.day,
        "latest": latest and latest.value,
        "latest_day": latest and latest.day,
        "latest_band": judged.bands[latest.assessment] if latest else "",
        "change": course.change,
        "percent_change": course.percent_change,
        "slope_per_week": slope and slope.value,
        "reliable_change": course.reliable_change or "",
        "treatment_response": {"met": True, "not_met": False}.get(course.treatment_response.verdict),
        "remission": course.remission.phase,
        "details": _details(judged),
    }


def _details(judged: Judged) -> dict[str, object]:
    """The course for the pages: days and scores. No date and no key of a record, so that it may be
    exported."""
    course = judged.course
    return {
        "algorithm": ALGORITHM,
        "zero": _zero(judged.axis),
        "reason": course.reason,
        "missing": course.missing,
        "acute": sum(point.acute for point in judged.points),
        "baseline": _score(course.baseline),
        "latest": _score(course.latest),
        "treatment_response": plain(course.treatment_response),
        "remission": plain(course.remission),
        "deterioration": plain(course.deterioration),
        "trajectory": plain(judged.trajectory),
        "flags": [_flag(flag) for flag in judged.flags],
    }


def _zero(axis: Axis) -> str:
    return "dose" if axis.dose_days else "start"


def _score(score: Score | None) -> dict[str, object] | None:
    return {"day": score.day, "value": score.value, "estimated": score.estimated} if score else None


def _flag(flag: Flag) -> dict[str, object]:
    return {
        "kind": flag.kind,
        "day": flag.day,
        "known_day": flag.known_day,
        "anchor": _score(flag.anchor),
        "evidence": [_score(score) for score in flag.evidence],
        "cleared_by": _score(flag.cleared_by),
        "standing": flag.standing,
    }


def _store_flags(episode: TreatmentEpisode, judged: Judged) -> None:
    """Open what the scores say now; close nothing that a clinician closed; withdraw what they no longer
    say."""
    known = {
        (row.kind, row.evidence_hash): row
        for row in CourseFlag.objects.filter(
            episode=episode, instrument=judged.instrument.key, scale=judged.scale.key
        )
    }
    found: dict[tuple[str, str], Flag] = {
        (flag.kind, _evidence_hash(flag, judged.axis)): flag for flag in judged.flags
    }
    desired = {key: flag for key, flag in found.items() if flag.open}
    for key, flag in desired.items():
        _raise(episode, judged, key, flag, known.get(key))
    for key, row in known.items():
        if key not in desired:
            _take_back(row, found.get(key), desired.values())


def _raise(
    episode: TreatmentEpisode, judged: Judged, key: tuple[str, str], flag: Flag, known: CourseFlag | None
) -> None:
    words = {
        "day": flag.day,
        "sentence": in_every_language(partial(flag.sentence, judged.instrument.short_title)),
        "evidence": {
            "anchor": _evidence(flag.anchor),
            "scores": [_evidence(score) for score in flag.evidence],
        },
        "rule_version": flag.rule_version,
    }
    if known is None:
        place: dict[str, Any] = {
            "episode": episode,
            "instrument": judged.instrument.key,
            "scale": judged.scale.key,
        }
        known = CourseFlag.objects.create(**place, kind=key[0], evidence_hash=key[1], **words)
        _audit(None, AuditAction.RAISE_FLAG, known)
        return
    if any(getattr(known, name) != value for name, value in words.items()):
        moved(known, ANY_STATE, **words)
    if moved(known, Q(state__in=[FlagState.WITHDRAWN, FlagState.SUPERSEDED]), state=FlagState.OPEN):
        _audit(None, AuditAction.RAISE_FLAG, known)


def _take_back(row: CourseFlag, flag: Flag | None, desired: Iterable[Flag]) -> None:
    """A suspicion that a later score confirmed is superseded, and so is a worsening of which another flag tells more
    by now; anything else is no longer supported."""
    confirmed = {
        each.evidence[0].assessment for each in desired if len(each.evidence) > len(row.evidence["scores"])
    }
    told = flag is not None and flag.told_by is not None and flag.cleared_by is None
    superseded = told or row.evidence["scores"][0]["assessment"] in confirmed
    state = FlagState.SUPERSEDED if superseded else FlagState.WITHDRAWN
    if moved(row, Q(state=FlagState.OPEN), state=state):
        _audit(None, AuditAction(f"flag_{state}"), row)


def _evidence(score: Score) -> dict[str, object]:
    return {
        "assessment": score.assessment,
        "day": score.day,
        "value": score.value,
        "estimated": score.estimated,
    }


def _evidence_hash(flag: Flag, axis: Axis) -> str:
    """The same scores on the same dates are the same evidence, wherever zero is and however often
    corrected."""
    return _hash([[axis.date(score.day).isoformat(), score.value] for score in flag.evidence])


def _hash(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _audit(by: User | None, action: AuditAction, flag: CourseFlag) -> None:
    audit.record(by=by, action=action, target=flag, patient=flag.episode.patient, instrument=flag.instrument)
