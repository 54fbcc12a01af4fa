"""A line of the run-sheet: one tap, stored once. The actions of ``dosing`` are made of these."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from tracking.actions import audit
from tracking.actions.marks import want_episode
from tracking.actions.moves import ANY_STATE, moved
from tracking.models import RunSheetEntry, TreatmentEpisode, TreatmentSession, User
from tracking.rules import checks
from tracking.rules.policies.dosing import LONGEST_TEXT, check_same, moment_of_tap
from tracking.rules.policies.treatment import check_takes_doses
from tracking.rules.run_sheet import minutes_between
from tracking.vocabulary import AuditAction, RunSheetKind


@transaction.atomic
def tap(
    by: User,
    session: TreatmentSession,
    kind: RunSheetKind,
    submission_id: uuid.UUID,
    happened_at: datetime | None,
    *,
    topic: str = "",
    met: bool | None = None,
    text: str = "",
) -> RunSheetEntry:
    """One line. The same one twice is stored once; the second gets the first."""
    checks.check_length("text", text, LONGEST_TEXT)
    TreatmentEpisode.objects.held().get(pk=session.episode_id)
    known = RunSheetEntry.objects.filter(submission_id=submission_id).first()
    if known:
        content = (known.session_id, known.kind, known.topic, known.met, known.text)
        same = content == (session.pk, kind, topic, met, text.strip())
        check_same(same, known.happened_at, happened_at)
        return known
    session.refresh_from_db()
    check_takes_doses(session)
    moment = moment_of_tap(session, "happened_at", happened_at)
    if kind == RunSheetKind.END:
        minutes = minutes_between(session.starts_at, moment)
        moved(session, ANY_STATE, minutes=minutes)
        want_episode(episode=session.episode)
    return enter(by, session, kind, submission_id, topic=topic, met=met, text=text, moment=moment)


def enter(
    by: User,
    session: TreatmentSession,
    kind: RunSheetKind,
    submission_id: uuid.UUID,
    *,
    moment: datetime,
    topic: str = "",
    met: bool | None = None,
    text: str = "",
) -> RunSheetEntry:
    """The line itself, as it was written."""
    entry = RunSheetEntry.objects.create(
        submission_id=submission_id,
        session=session,
        kind=kind,
        topic=topic,
        met=met,
        text=text.strip(),
        happened_at=moment,
        recorded_by=by,
    )
    audit.record(
        by=by,
        action=AuditAction(f"run_sheet_{kind}"),
        target=entry,
        patient=session.episode.patient,
        topic=str(topic),
    )
    return entry
