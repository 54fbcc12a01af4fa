"""The patient page: where is this person on the way, and what changed it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Count, Prefetch, prefetch_related_objects

from reports.charts import Timeline
from reports.frames import axes
from reports.models import CourseFlag, EpisodeCourse, FlagState
from reports.pages.caseload.cases import Case, cases_of, main_course
from reports.pages.patient.blinded import Blinded, blinded_ratings
from reports.pages.patient.headline import headline
from reports.pages.patient.rows import (
    AssessmentRow,
    FactorTable,
    assessment_rows,
    experiences,
    is_second_rating,
)
from reports.pages.patient.stop_clock import clock_of
from reports.pages.patient.timeline import timeline_records
from reports.stats.present import Told
from reports.stats.stop_clock import StopClock
from tracking import clock
from tracking.models import (
    AlertEvent,
    Assessment,
    Dose,
    MedicationCourse,
    Patient,
    RecordMove,
    SafetyAlert,
    TreatmentEpisode,
    TreatmentSession,
    User,
)
from tracking.queries.acute import acute_marks
from tracking.queries.dosing import ADVERSE_EVENT, VITAL_SIGNS, marked
from tracking.queries.due_work import DueWork, due_work
from tracking.queries.endings import Ended, ended
from tracking.queries.events import last_stop
from tracking.queries.integration import Integrated, integrations
from tracking.queries.names import Whose, whose
from tracking.queries.records import moves_of
from tracking.queries.self_reports import ADHERENCE, SelfReports, reports_among
from tracking.queries.sittings import Unsent, unsent
from tracking.rules.acute import AcuteWindow
from tracking.rules.policies.instruments import Shelf
from tracking.vocabulary import AlertStatus, EpisodeStatus

if TYPE_CHECKING:
    from tracking.queries.dosing import MarkedSession

NamedAlert = tuple[SafetyAlert, str]
RECENT = 12  # so many assessments stand open in the table, earlier ones are folded away


@dataclass(frozen=True, slots=True)
class PatientPage:
    """Everything that the patient page shows of one episode."""

    patient: Patient
    episode: TreatmentEpisode
    episodes: Sequence[TreatmentEpisode]
    whose: Whose
    day: int
    state: str
    case: Case
    main: EpisodeCourse | None
    courses: Sequence[tuple[str, EpisodeCourse]]
    timeline: Timeline
    alerts: Sequence[NamedAlert]
    flags: Sequence[CourseFlag]
    closed_alerts: Sequence[NamedAlert]
    work: DueWork
    unsent: Sequence[Unsent]
    blinded: Blinded
    rows: Sequence[AssessmentRow]
    window: AcuteWindow
    experiences: Sequence[FactorTable]
    sessions: Sequence[MarkedSession]
    integrations: Sequence[Integrated]
    running: MarkedSession | None
    medications: Sequence[MedicationCourse]
    adherence: SelfReports
    clock: StopClock | None
    ended: Ended
    moves: Sequence[RecordMove]
    revision: int

    @property
    def stands(self) -> Told | None:
        """Where the person stands, where the treatment that is shown is the one which that is about."""
        return self.case.present if self.case.episode == self.episode else None

    @property
    def flag(self) -> CourseFlag | None:
        """The one that the page is headed by: the latest."""
        return self.flags[0] if self.flags else None

    @property
    def is_in_treatment(self) -> bool:
        """Whether one of the episodes is running, be it this one or another."""
        return any(episode.status == EpisodeStatus.ACTIVE for episode in self.episodes)

    @property
    def recent_rows(self) -> Sequence[AssessmentRow]:
        return self.rows[:RECENT]

    @property
    def earlier_rows(self) -> Sequence[AssessmentRow]:
        return self.rows[RECENT:]


def patient_page(user: User, patient: Patient, episode_id: str | None, as_of: date) -> PatientPage | None:
    """The page of one visible patient; ``None`` when there is no such episode to show."""
    episodes = list(
        TreatmentEpisode.objects.visible_to(user)
        .filter(patient=patient)
        .select_related("patient__identity", "patient__team__site", "study")
        .order_by("-starts_on", "-pk")
    )
    chosen = [each for each in episodes if episode_id in (None, str(each.public_id))]
    return _page(user, chosen[0], episodes, as_of) if chosen else None


def _page(
    user: User, episode: TreatmentEpisode, episodes: Sequence[TreatmentEpisode], as_of: date
) -> PatientPage:
    shelf = Shelf()
    axis = axes(TreatmentEpisode.objects.filter(pk=episode.pk))[episode.pk]
    assessments = _assessments(episode)
    marks = acute_marks(assessments, {episode.pk: axis.window})
    courses = list(EpisodeCourse.objects.filter(episode=episode).order_by("instrument", "scale"))
    flags = list(CourseFlag.objects.filter(episode=episode, state=FlagState.OPEN))
    sessions = _sessions(episode)
    medications = _medications(episode)
    main = main_course(episode, courses)
    stop = last_stop(episode, medications)
    alerts, closed = _alerts(episode, shelf)
    listed = [row for row in assessments if _is_listed(row)]
    return PatientPage(
        patient=episode.patient,
        episode=episode,
        episodes=episodes,
        whose=whose(episode.patient),
        day=axis.day(as_of),
        state=headline(main, episode, axis, as_of, shelf),
        case=cases_of(TreatmentEpisode.objects.filter(pk__in=[each.pk for each in episodes]), clock.now())[0],
        main=main,
        courses=[(shelf.get(each.instrument, study=episode.study).short_title, each) for each in courses],
        timeline=timeline_records(
            episode,
            axis,
            as_of,
            assessments=[row for row in assessments if _is_drawn(row)],
            marks=marks,
            flags=flags,
            sessions=sessions,
            medications=medications,
            stop=stop,
            shelf=shelf,
        ),
        alerts=alerts,
        flags=flags,
        closed_alerts=closed,
        work=due_work(user, episode, as_of, shelf),
        unsent=unsent(episode),
        blinded=blinded_ratings(user, episode, as_of, shelf),
        rows=assessment_rows(listed, courses, marks, axis, episode, shelf),
        window=axis.window,
        experiences=experiences(listed, axis, episode, shelf),
        sessions=sessions,
        integrations=integrations(episode, sessions),
        running=_running(sessions),
        medications=medications,
        adherence=reports_among(ADHERENCE, assessments),
        clock=clock_of(episode, stop, axis, as_of, assessments, shelf),
        ended=ended(episode),
        moves=list(moves_of(user, episode.patient)),
        revision=revision_of(episode),
    )


def _sessions(episode: TreatmentEpisode) -> list[MarkedSession]:
    rows = marked(TreatmentSession.objects.standing()).filter(episode=episode).select_related("integrates")
    return list(rows.prefetch_related(Prefetch("doses", queryset=Dose.objects.standing())))


def _running(sessions: Sequence[MarkedSession]) -> MarkedSession | None:
    """The last session whose run-sheet was begun and not ended."""
    return next((one for one in reversed(sessions) if one.on_sheet and not one.has_ended), None)


def _medications(episode: TreatmentEpisode) -> list[MedicationCourse]:
    rows = MedicationCourse.objects.standing().filter(episode=episode)
    return list(rows.prefetch_related("dose_changes").order_by("pk"))


def _alerts(episode: TreatmentEpisode, shelf: Shelf) -> tuple[list[NamedAlert], list[NamedAlert]]:
    """What nobody has closed yet, and what was closed with what was said of it; each with the name of its
    questionnaire, the latest first."""
    named = [
        (alert, shelf.get(alert.instrument, study=episode.study).short_title)
        for alert in SafetyAlert.objects.filter(episode=episode)
    ]
    closed = [(alert, title) for alert, title in named if alert.status == AlertStatus.CLOSED]
    steps = AlertEvent.objects.filter(status=AlertStatus.CLOSED).select_related("by").order_by("-at", "-pk")
    prefetch_related_objects(
        [alert for alert, _ in closed], Prefetch("events", queryset=steps, to_attr="closings")
    )
    return [one for one in named if one not in closed], closed


def revision_of(episode: TreatmentEpisode) -> int:
    """A number that grows with each computation of the course and with each step of an alert: by it an open
    page knows whether it is still true."""
    found = TreatmentEpisode.objects.filter(pk=episode.pk).values_list(
        "mark__done_rev", Count("alerts__events")
    )
    done, steps = found.get()
    revision: int = (done or 0) + steps
    return revision


def _assessments(episode: TreatmentEpisode) -> list[Assessment]:
    rows = Assessment.objects.current().filter(episode=episode).select_related("request")
    found = list(rows.prefetch_related("scores", "outcomes"))
    for assessment in found:
        assessment.episode = episode
    return found


def _is_listed(assessment: Assessment) -> bool:
    """Of what was taken in a dosing session the table holds adverse events alone; the rest is on the run-sheet."""
    return assessment.session_id is None or assessment.instrument == ADVERSE_EVENT


def _is_drawn(assessment: Assessment) -> bool:
    """The timeline shows no second rating, and no vital signs of a dosing session."""
    if is_second_rating(assessment):
        return False
    return assessment.session_id is None or assessment.instrument != VITAL_SIGNS
