"""Signatures: by whom, of what, how long they hold; and the digest, computed again by other means."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable

import pytest

from measures import registry
from tests.tracking.dosing import (
    CALM,
    PASSWORD,
    begun,
    completed,
    dose,
    ended,
    mdma_episode,
    prepared,
    vitals,
)
from tracking.actions import assessments, dosing, treatment, tries
from tracking.actions.signing import sign_run_sheet
from tracking.errors import Conflict, InvalidInput, NotPermitted
from tracking.models import Assessment, CareTeam, Patient, TreatmentSession, User
from tracking.queries.dosing import plan_for
from tracking.queries.signatures import content_of, digest_of, signatures_of
from tracking.rules.policies.days import local_today
from tracking.vocabulary import AnswerSource

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(patient: Patient, clinician: User, second: User) -> TreatmentSession:
    for user in (clinician, second):
        user.set_password(PASSWORD)
        user.save()
    return begun(clinician, mdma_episode(patient, clinician), second)


def sign(by: User, session: TreatmentSession, password: str = PASSWORD) -> None:
    sign_run_sheet(by=by, session=session, password=password)


def holding(session: TreatmentSession) -> list[bool]:
    return [one.holds for one in signatures_of(session, plan_for(session))]


def test_two_who_were_present_sign(session: TreatmentSession, clinician: User, second: User) -> None:
    completed(clinician, session)
    assert holding(session) == []
    sign(clinician, session)
    sign(second, session)
    assert holding(session) == [True, True]


def test_signing_twice_is_one_signature(session: TreatmentSession, clinician: User) -> None:
    completed(clinician, session)
    sign(clinician, session)
    sign(clinician, session)
    assert session.signatures.count() == 1


def test_what_was_taken_back_is_not_signed(session: TreatmentSession, clinician: User) -> None:
    treatment.void(by=clinician, record=session, reason="another patient")
    with pytest.raises(Conflict, match="was taken back"):
        sign(clinician, session)
    assert not session.signatures.exists()


def test_who_was_not_there_does_not_sign(
    session: TreatmentSession, clinician: User, team_a: CareTeam
) -> None:
    completed(clinician, session)
    outsider = User.objects.create_user(email="late@example.org", name="Lou Late", password=PASSWORD)
    with pytest.raises(NotPermitted):
        sign(outsider, session)


def test_an_incomplete_set_is_refused_naming_what_is_missing(
    session: TreatmentSession, clinician: User
) -> None:
    with pytest.raises(Conflict, match="End of the session"):
        sign(clinician, session)
    prepared(clinician, session)
    dose(clinician, session)
    ended(clinician, session, 200)
    with pytest.raises(Conflict) as refusal:
        sign(clinician, session)
    assert "Vital signs at the end" in str(refusal.value)
    assert "Supplemental dose given or withheld" in str(refusal.value)
    assert not session.signatures.exists()


def test_a_wrong_password_is_refused_and_many_are_slowed_down(
    session: TreatmentSession, clinician: User, second: User
) -> None:
    completed(clinician, session)
    for _ in range(tries.ALLOWED):
        with pytest.raises(InvalidInput, match="not right"):
            sign(clinician, session, "guess")
    with pytest.raises(InvalidInput, match="too often"):
        sign(clinician, session)
    sign(second, session)  # nobody else is slowed down with the one who guesses
    assert [one.signature.signed_by for one in signatures_of(session, plan_for(session))] == [second]


CHANGES: dict[str, Callable[[User, TreatmentSession], object]] = {
    "a line": lambda by, session: dosing.record_observation(
        by=by, session=session, submission_id=uuid.uuid4(), text="slept well"
    ),
    "a line that is taken back": lambda by, session: treatment.void(
        by=by, record=session.entries.filter(topic="way_home").get(), reason="wrong name"
    ),
    "a dose that is taken back": lambda by, session: treatment.void(
        by=by, record=session.doses.get(part="supplement"), reason="not swallowed"
    ),
    "a form": lambda by, session: vitals(by, session, 229),
    "a correction": lambda by, session: assessments.correct_assessment(
        by=by,
        assessment=Assessment.objects.filter(session=session, instrument="vital_signs").earliest("pk"),
        answers=CALM | {"systolic": 131},
        reason="misread",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_afterwards_ends_the_signature_and_it_can_be_given_anew(
    session: TreatmentSession, clinician: User, change: str
) -> None:
    completed(clinician, session)
    sign(clinician, session)
    CHANGES[change](clinician, session)
    assert holding(session) == [False]
    if change in ("a line", "a form", "a correction"):
        sign(clinician, session)
        assert holding(session) == [True]
        assert session.signatures.count() == 2


def test_what_is_no_part_of_the_sheet_leaves_the_signature_alone(
    session: TreatmentSession, clinician: User
) -> None:
    completed(clinician, session)
    sign(clinician, session)
    assessments.record_assessment(
        by=clinician,
        episode=session.episode,
        instrument=registry.get("meq30"),
        answers={},
        source=AnswerSource.CLINICIAN_ENTERED,
        assessed_on=local_today(session.episode.patient),
        submission_id=uuid.uuid4(),
        session=session,
    )
    assert holding(session) == [True]


def test_the_digest_is_sha_256_of_the_canonical_json_and_holds_all_of_it(
    session: TreatmentSession, clinician: User
) -> None:
    completed(clinician, session)
    content = content_of(session, plan_for(session))
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert digest_of(session, plan_for(session)) == hashlib.sha256(text.encode()).hexdigest()
    assert json.loads(text) == content
    assert [len(content[part]) for part in ("present", "doses", "lines", "forms")] == [2, 2, 6, 5]
    assert content["doses"][0]["amount"] == "80"


def test_the_digest_is_the_same_for_rows_read_anew(session: TreatmentSession, clinician: User) -> None:
    completed(clinician, session)
    again = TreatmentSession.objects.get(pk=session.pk)
    assert digest_of(session, plan_for(session)) == digest_of(again, plan_for(again))
