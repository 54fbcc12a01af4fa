"""When a session, a dose or a step of a medication may be recorded or taken back. Each raises the reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from measures.words.phrases import listed
from tracking import clock
from tracking.errors import Conflict, InvalidInput
from tracking.models import (
    Dose,
    DoseChange,
    MedicationCourse,
    PlannedDoseStep,
    RunSheetEntry,
    TreatmentEpisode,
    TreatmentSession,
    User,
)
from tracking.rules import checks
from tracking.rules.policies.days import local_day
from tracking.rules.washouts import WashoutState
from tracking.vocabulary import (
    Attendance,
    CheckTopic,
    DosePart,
    DoseStep,
    PresenceRole,
    RunSheetKind,
    SessionKind,
)

LONGEST_SESSION = timedelta(hours=24)
LONGEST_NOTE = 10_000
Record = TreatmentSession | Dose | MedicationCourse | DoseChange | PlannedDoseStep | RunSheetEntry


def check_moment(episode: TreatmentEpisode, field: str, moment: datetime) -> None:
    """Not in the future, and within the episode by the days of the patient's time zone."""
    if moment > clock.now():
        raise InvalidInput(field, _("lies in the future"))
    day = local_day(episode.patient, moment)
    first = min(episode.starts_on, episode.patient.enrolled_on)
    checks.check_order(field, first, day, of="the first day of the episode")
    if episode.ends_on and day > episode.ends_on:
        words = _("is after the last day of the episode ({day})")
        raise InvalidInput(field, words.format(day=date_format(episode.ends_on, "DATE_FORMAT")))


def check_session_parts(
    attendance: str,
    minutes: int | None,
    note: str,
    people_present: Sequence[tuple[User, str]],
) -> None:
    """The length is possible, and nobody was present twice or at a session that did not take place."""
    longest = LONGEST_SESSION // timedelta(minutes=1)
    if minutes is not None and not 1 <= minutes <= longest:
        words = _("must lie between {low} and {high}")
        raise InvalidInput("minutes", words.format(low=1, high=longest))
    if len(note) > LONGEST_NOTE:
        words = _("must not be longer than {n} characters")
        raise InvalidInput("note", words.format(n=LONGEST_NOTE))
    if people_present and attendance != Attendance.ATTENDED:
        raise InvalidInput("people_present", _("nobody was present at a session that did not take place"))
    users = [user.pk for user, _role in people_present]
    if len(set(users)) < len(users):
        raise InvalidInput("people_present", _("names the same person twice"))
    for _user, role in people_present:
        checks.clean_choice("people_present", role, PresenceRole.values)


def check_integrates(
    episode: TreatmentEpisode, kind: str, starts_at: datetime, dosing: TreatmentSession | None
) -> None:
    """What an integration session refers to is an earlier dosing session of the same episode."""
    if dosing is None:
        return
    if kind != SessionKind.INTEGRATION:
        raise InvalidInput("integrates", _("only an integration session refers to a dosing session"))
    fits = (
        dosing.episode_id == episode.pk
        and dosing.kind == SessionKind.DOSING
        and dosing.attendance == Attendance.ATTENDED
        and dosing.voided_at is None
    )
    if not fits:
        raise InvalidInput("integrates", _("must be a dosing session of this episode that took place"))
    if dosing.starts_at >= starts_at:
        raise InvalidInput("integrates", _("must have taken place before this session"))


def check_takes_doses(session: TreatmentSession) -> None:
    """Doses are given in a dosing session that took place."""
    if session.kind != SessionKind.DOSING:
        raise InvalidInput("session", _("a dose is given in a dosing session only"))
    if session.attendance != Attendance.ATTENDED:
        raise InvalidInput("session", _("this dosing session did not take place"))
    if session.voided_at:
        raise Conflict(_("this session was taken back"))


def check_has_setting(session: TreatmentSession) -> None:
    """Set and setting are those of a dosing session that took place."""
    if session.voided_at:
        raise Conflict(_("this session was taken back"))
    if session.kind != SessionKind.DOSING or session.attendance != Attendance.ATTENDED:
        raise InvalidInput("session", _("set and setting belong to a dosing session that took place"))


def check_washout(
    session: TreatmentSession, states: Iterable[WashoutState], reason: str
) -> tuple[WashoutState, ...]:
    """No dose passes a washout in silence. ``states``: how the washouts stand on the day of the dose. Returns what
    stands against it and is not answered for yet, so that ``reason`` has to be put on record; nothing where all is
    well.

    A washout that is not satisfied was answered for by a standing entry of the session's run-sheet that says so,
    with a reason; one of which it cannot be said, by any standing entry about the washout. Raises
    ``InvalidInput`` when neither that nor a reason is there.
    """
    against = washouts_unanswered(session, states)
    if against and not reason.strip():
        named = listed(f"{_(state.what)}: {state.said}" for state in against)
        words = _("{washouts}; say why the dose is given all the same")
        raise InvalidInput("washout_reason", words.format(washouts=named))
    return against


def washouts_unanswered(
    session: TreatmentSession, states: Iterable[WashoutState]
) -> tuple[WashoutState, ...]:
    """Those that are not satisfied, or of which it cannot be said, and that no entry of the session's run-sheet
    answers for."""
    against = [state for state in states if state.verdict != "satisfied"]
    if not against:
        return ()
    entries = session.entries.standing().filter(kind=RunSheetKind.CHECK, topic=CheckTopic.WASHOUT)
    if entries.filter(met=False).exclude(text="").exists():
        return ()
    checked = entries.exists()
    return tuple(state for state in against if state.verdict == "not satisfied" or not checked)


def check_given_at(session: TreatmentSession, given_at: datetime) -> None:
    """The dose falls into its session."""
    if given_at > clock.now():
        raise InvalidInput("given_at", _("lies in the future"))
    if not session.starts_at <= given_at <= session.starts_at + LONGEST_SESSION:
        raise InvalidInput("given_at", _("must lie within 24 hours of the start of the session"))


def check_nothing_rests_on(record: Record) -> None:
    """No standing record would lose its ground when this one is taken back."""
    if isinstance(record, DoseChange) and record.step == DoseStep.START:
        raise Conflict(_("the start goes with its medication; take back the medication"))
    if isinstance(record, TreatmentSession) and record.integration_sessions.standing().exists():
        raise Conflict(_("an integration session refers to this session; take that back first"))
    if isinstance(record, Dose) and record.part == DosePart.MAIN:
        doses = record.session.doses.standing().exclude(pk=record.pk)
        alone = not doses.filter(part=DosePart.MAIN).exists()
        if alone and doses.filter(part=DosePart.SUPPLEMENT).exists():
            raise Conflict(_("a supplemental dose rests on this dose; take that back first"))
