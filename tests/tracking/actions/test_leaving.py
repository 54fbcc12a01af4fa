"""A session ends once, and when what the protocol asks for is met, or with a reason that stays on the sheet."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from tests.tracking.dosing import (
    begun,
    completed,
    dose,
    ended,
    minute,
    prepared,
)
from tracking.actions import dosing, treatment
from tracking.errors import Conflict, InvalidInput
from tracking.models import (
    RunSheetEntry,
    TreatmentEpisode,
    TreatmentSession,
    User,
)
from tracking.vocabulary import CheckTopic, PresenceRole, RunSheetKind

pytestmark = pytest.mark.django_db


def lines(session: TreatmentSession, **about: object) -> list[str]:
    return list(RunSheetEntry.objects.filter(session=session, **about).values_list("text", flat=True))


def test_what_is_open_is_named_and_nothing_stored(session: TreatmentSession, clinician: User) -> None:
    prepared(clinician, session)
    dose(clinician, session)
    with pytest.raises(
        InvalidInput, match=r"why it ends all the same\. Not settled: 3 h since the last dose"
    ) as no:
        ended(clinician, session, 200, leaving_reason=" ")
    assert no.value.field == "leaving_reason"
    assert lines(session, kind=RunSheetKind.END) == lines(session, topic=CheckTopic.LEAVING) == []


def test_a_reason_stays_on_the_sheet_with_what_was_open(session: TreatmentSession, clinician: User) -> None:
    prepared(clinician, session)
    dose(clinician, session)
    ended(clinician, session, 200, leaving_reason="against advice; her sister was told")
    (kept,) = lines(session, topic=CheckTopic.LEAVING)
    assert kept.startswith("against advice; her sister was told [3 h ")
    assert "Vital signs at the end" in kept


def test_sent_again_it_is_the_same_end(session: TreatmentSession, clinician: User) -> None:
    prepared(clinician, session)
    dose(clinician, session)
    once = uuid.uuid4()
    assert ended(clinician, session, 200, submission_id=once) == ended(
        clinician, session, 200, submission_id=once
    )
    assert len(lines(session, topic=CheckTopic.LEAVING)) == 1


def test_how_and_with_whom_is_always_said(session: TreatmentSession, clinician: User) -> None:
    with pytest.raises(InvalidInput, match="say how the patient leaves, and with whom"):
        ended(clinician, session, 30, text=" ")
    ended(clinician, session, 30, leaving_reason="")
    assert lines(session, topic=CheckTopic.LEAVING) == []


def test_a_nurse_is_a_clinician_and_a_facilitator_is_not(
    mdma: TreatmentEpisode, clinician: User, second: User
) -> None:
    def begin(role: PresenceRole) -> TreatmentSession:
        return dosing.begin_session(
            by=clinician,
            episode=mdma,
            submission_id=uuid.uuid4(),
            starts_at=minute(before, 60),
            people_present=[(clinician, PresenceRole.LEAD), (second, role)],
        )

    before = begun(clinician, mdma, second, ago=200)
    ended(clinician, before, 30)
    with pytest.raises(InvalidInput, match="fewer than two clinicians"):
        begin(PresenceRole.FACILITATOR)
    assert begin(PresenceRole.NURSE).people_present.filter(role="nurse").exists()


class TestEnd:
    def test_the_length_follows_from_it_and_goes_with_it(
        self, session: TreatmentSession, clinician: User
    ) -> None:
        completed(clinician, session)
        session.refresh_from_db()
        assert session.minutes == 230
        treatment.void(by=clinician, record=session.entries.get(kind="end"), reason="not yet")
        session.refresh_from_db()
        assert session.minutes is None

    def test_once(self, session: TreatmentSession, clinician: User) -> None:
        completed(clinician, session)
        with pytest.raises(Conflict, match="already been ended"):
            ended(clinician, session, 231)

    def test_what_is_entered_afterwards_was_given_up_to_its_last_moment(
        self, session: TreatmentSession, clinician: User
    ) -> None:
        prepared(clinician, session)
        ended(clinician, session, 60)
        with pytest.raises(InvalidInput, match="after the end of the session"):
            dose(clinician, session, 61)
        assert dose(clinician, session, 60).given_at == minute(session, 60)

    def test_it_has_lasted_for_a_minute(self, session: TreatmentSession, clinician: User) -> None:
        prepared(clinician, session)
        with pytest.raises(InvalidInput, match="happened_at.*less than a minute"):
            ended(clinician, session, 0, happened_at=session.starts_at + timedelta(seconds=59))
        session.refresh_from_db()
        assert session.minutes is None
        ended(clinician, session, 1)
        session.refresh_from_db()
        assert session.minutes == 1

    def test_not_before_what_was_given(self, session: TreatmentSession, clinician: User) -> None:
        prepared(clinician, session)
        dose(clinician, session)
        with pytest.raises(InvalidInput, match="before a dose"):
            ended(clinician, session, 15)
