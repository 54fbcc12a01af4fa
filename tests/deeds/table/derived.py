"""What workers compute: courses and their flags, figures of studies, and the marks that say what is wanted."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from django.db.models import QuerySet

from measures import registry
from reports.actions import courses, housekeeping, jobs, studies
from reports.models import CourseFlag
from tests.deeds.clinics import Clinic
from tests.deeds.deed import Arguments, Note, Twice, deed
from tests.deeds.table.answers import asked
from tests.reports.clinic import answers_for, rate
from tests.tracking.begun import begun_entry
from tracking import clock
from tracking.actions import assessments, links, tokens
from tracking.models import EpisodeMark
from tracking.vocabulary import AuditAction

COUNTED_FIRST = "the try is counted before the work, so that a job that kills its worker is counted, too"
RELAPSE = ((0, 24), (14, 6), (42, 5), (60, 16))
NEW_SCORE = (
    "~EpisodeCourse:change,computed_at,details,inputs_hash,latest,latest_day,n,percent_change,remission,"
    "slope_per_week"
)
OTHER_SCORE = (
    "~EpisodeCourse:change,computed_at,details,inputs_hash,latest,latest_band,percent_change,remission,"
    "slope_per_week,treatment_response"
)


def rated(clinic: Clinic, *scores: tuple[int, int]) -> None:
    for day, total in scores:
        rate(clinic.episode, clinic.lead, day, total)


def flags(known: Arguments) -> QuerySet[CourseFlag]:
    return CourseFlag.objects.filter(episode=known["episode_id"]).order_by("pk")


def recomputed(clinic: Clinic) -> Arguments:
    courses.recompute_episode(episode_id=clinic.episode.pk)
    return {"episode_id": clinic.episode.pk}


def the_flag(clinic: Clinic) -> CourseFlag:
    return CourseFlag.objects.get(episode=clinic.episode)


def flag_note(action: AuditAction, place: int = 0) -> Note:
    return Note(action, of=lambda known: flags(known)[place], patient="row.episode.patient", by="")


@deed(
    courses.recompute_episode,
    flag_note(AuditAction.RAISE_FLAG),
    writes="~EpisodeMark:done_rev +EpisodeCourse +CourseFlag +AuditEvent ~StudyMark:wanted_rev",
    twice=Twice.ONCE,
    in_steps=COUNTED_FIRST,
)
def a_first_suspicion_of_relapse(clinic: Clinic) -> Arguments:
    rated(clinic, *RELAPSE)
    return {"episode_id": clinic.episode.pk}


@deed(
    courses.recompute_episode,
    flag_note(AuditAction.RAISE_FLAG, 1),
    flag_note(AuditAction.FLAG_SUPERSEDED),
    writes=f"~EpisodeMark:done_rev {NEW_SCORE} +CourseFlag ~CourseFlag:state +AuditEvent*2 ~StudyMark:wanted_rev",
    twice=Twice.ONCE,
    in_steps=COUNTED_FIRST,
)
def a_relapse_that_a_second_score_confirms(clinic: Clinic) -> Arguments:
    rated(clinic, *RELAPSE)
    recomputed(clinic)
    rated(clinic, (74, 18))
    return {"episode_id": clinic.episode.pk}


@deed(
    courses.recompute_episode,
    flag_note(AuditAction.FLAG_WITHDRAWN),
    writes=f"~EpisodeMark:done_rev {OTHER_SCORE} ~CourseFlag:state +AuditEvent ~StudyMark:wanted_rev",
    twice=Twice.ONCE,
    in_steps=COUNTED_FIRST,
)
def a_flag_that_a_correction_takes_back(clinic: Clinic) -> Arguments:
    rated(clinic, *RELAPSE)
    recomputed(clinic)
    corrected(clinic, 6)
    return {"episode_id": clinic.episode.pk}


@deed(
    courses.recompute_episode,
    flag_note(AuditAction.RAISE_FLAG),
    writes=f"~EpisodeMark:done_rev {OTHER_SCORE} ~CourseFlag:evidence,state +AuditEvent ~StudyMark:wanted_rev",
    twice=Twice.ONCE,
    in_steps=COUNTED_FIRST,
)
def a_flag_that_comes_back_with_the_score(clinic: Clinic) -> Arguments:
    a_flag_that_a_correction_takes_back(clinic)
    recomputed(clinic)
    corrected(clinic, 16)
    return {"episode_id": clinic.episode.pk}


@deed(
    courses.recompute_episode,
    writes="~EpisodeMark:done_rev ~EpisodeCourse:computed_at,details,inputs_hash,n,slope_per_week"
    " ~StudyMark:wanted_rev",
    twice=Twice.ONCE,
    in_steps=COUNTED_FIRST,
)
def a_closed_flag_that_a_further_score_changes_nothing_of(clinic: Clinic) -> Arguments:
    """It stays closed."""
    courses.close_flag(**an_open_flag(clinic))
    rated(clinic, (28, 6))
    return {"episode_id": clinic.episode.pk}


def corrected(clinic: Clinic, total: int) -> None:
    """The last score was another."""
    last = clinic.episode.assessments.current().order_by("assessed_on").last()
    answers = answers_for(registry.get("hamd17"), "total", total)
    assessments.correct_assessment(by=clinic.lead, assessment=last, answers=answers, reason="Misheard.")


@deed(
    courses.close_flag,
    Note(AuditAction.CLOSE_FLAG, of="flag", patient="flag.episode.patient"),
    writes="~CourseFlag:closed_at,closed_by,closed_note,state +AuditEvent",
    twice=Twice.REFUSED,
)
def an_open_flag(clinic: Clinic) -> Arguments:
    rated(clinic, *RELAPSE)
    recomputed(clinic)
    return {"by": clinic.lead, "flag": the_flag(clinic), "note": "Seen; sertraline raised."}


@deed(
    studies.recompute_study,
    writes="~StudyMark:done_rev +StudyPublication +StudyResult*7",
    twice=Twice.ONCE,
    in_steps=COUNTED_FIRST,
    of_site=True,
)
def a_study_of_one(clinic: Clinic) -> Arguments:
    """Too few for most of its figures: each is stored with the reason."""
    return {"study_id": clinic.study.pk}


class Killed(BaseException):
    """Ends a job as the kill of its worker would: no handler of ours runs after it."""


def killed() -> jobs.Write:
    raise Killed


def broken() -> jobs.Write:
    raise ValueError("a score of 7")


def mark(clinic: Clinic) -> QuerySet[EpisodeMark]:
    return EpisodeMark.objects.filter(episode=clinic.episode)


def tried(clinic: Clinic, prepare: Callable[[], jobs.Write], times: int) -> None:
    for _ in range(times):
        with suppress(Killed):
            jobs.attempt(marks=mark(clinic), prepare=prepare)


@deed(
    jobs.release_parked,
    Note(AuditAction.RELEASE_PARKED, of="marks.0"),
    writes="~EpisodeMark:attempts,failure,parked_at +AuditEvent",
    twice=Twice.ONCE,
)
def a_parked_course(clinic: Clinic) -> Arguments:
    tried(clinic, broken, jobs.TRIES)
    return {"by": clinic.administrator, "marks": [mark(clinic)]}


@deed(
    jobs.park_lost,
    writes="~EpisodeMark:failure,parked_at",
    twice=Twice.ONCE,
    others=lambda clinic: lost(clinic, jobs.TRIES - 1),
    in_steps="courses and studies are two statements",
)
def a_job_whose_worker_was_lost_each_time(clinic: Clinic) -> Arguments:
    return lost(clinic, jobs.TRIES)


def lost(clinic: Clinic, times: int) -> Arguments:
    tried(clinic, killed, times)
    return {"now": clock.now()}


@deed(
    jobs.want_everything,
    Note(AuditAction.WANT_EVERYTHING, of=lambda known: EpisodeMark()),
    writes="~EpisodeMark*3:wanted_rev ~StudyMark*2:wanted_rev +AuditEvent",
    twice=Twice.ADDS,
)
def everything_of_both_clinics(clinic: Clinic) -> Arguments:
    return {"by": clinic.administrator}


@deed(
    housekeeping.clear_expired,
    writes="-DraftAnswers -EntryDraft -SittingLink -SittingLink_requests -AuthToken",
    twice=Twice.ONCE,
    others=lambda clinic: {"now": clock.now()},
    in_steps="each kind goes on its own, and what is left goes the next time",
)
def what_has_had_its_time(clinic: Clinic) -> Arguments:
    request = asked(clinic)
    assessments.save_draft(request=request, item="1", value=2)
    begun_entry(clinic.lead, clinic.episode, "hamd17", {"1": 2})
    links.issue_link(by=clinic.lead, episode=clinic.episode, requests=[request])
    tokens.create_token(by=clinic.researcher)
    return {"now": clock.now() + timedelta(days=100)}
