"""The integration of dosing sessions as it was recorded, beside what the protocol plans."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from tracking.models import TreatmentEpisode, TreatmentSession
from tracking.queries.events import protocol_of
from tracking.rules.integration import Integration, Meeting, integration_of, planned_delays
from tracking.rules.policies.days import local_day
from tracking.vocabulary import Attendance, SessionKind


@dataclass(frozen=True, slots=True)
class Integrated:
    """One dosing session, the how-many-th it is, and what became of its integration."""

    session: TreatmentSession
    number: int
    integration: Integration


def integrations(episode: TreatmentEpisode, sessions: Sequence[TreatmentSession]) -> list[Integrated]:
    """Of each dosing session among the standing ``sessions`` of an episode, in the order of time. An integration
    session that names no dosing session counts to none."""
    doses = sorted(
        (row for row in sessions if row.kind == SessionKind.DOSING and _held(row)),
        key=lambda row: (row.starts_at, row.pk),
    )
    protocol = protocol_of(episode)
    plans = planned_delays(protocol, episode.arm) if protocol else ()
    meetings = defaultdict(list)
    for row in sessions:
        if row.integrates_id:
            meetings[row.integrates_id].append(Meeting(local_day(episode.patient, row.starts_at), _held(row)))
    return [
        Integrated(
            session=dose,
            number=number,
            integration=integration_of(
                local_day(episode.patient, dose.starts_at),
                plans[number - 1] if number <= len(plans) else None,
                meetings[dose.pk],
                is_latest=number == len(doses),
            ),
        )
        for number, dose in enumerate(doses, start=1)
    ]


def integration_of_session(session: TreatmentSession) -> Integrated | None:
    """The same of one dosing session; nothing where it did not take place or was taken back."""
    rows = list(session.episode.sessions.standing())
    return next((row for row in integrations(session.episode, rows) if row.session.pk == session.pk), None)


def _held(session: TreatmentSession) -> bool:
    return session.attendance == Attendance.ATTENDED
