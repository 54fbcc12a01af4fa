"""The therapist is not the rater: the database itself refuses, whatever way the row comes."""

from __future__ import annotations

import importlib
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction

from tests.cast import days_ago
from tests.tracking.answers import HAMD
from tests.tracking.blinded import blinded, held_session, lead, rated
from tracking.actions import rating, treatment
from tracking.models import (
    Assessment,
    AssessmentRequest,
    Presence,
    TreatmentEpisode,
    TreatmentSession,
    User,
)

guard = importlib.import_module("tracking.migrations.0008_raters")
pytestmark = pytest.mark.django_db


@pytest.fixture
def therapist(episode: TreatmentEpisode) -> User:
    return lead(episode, "Theo Therapist", is_lead=False)


@pytest.fixture
def session(episode: TreatmentEpisode, clinician: User, therapist: User) -> TreatmentSession:
    return held_session(episode, clinician, therapist)


def refused(write: Callable[[], object]) -> None:
    with pytest.raises(IntegrityError, match="does not rate blind"), transaction.atomic():
        write()


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def row(request: AssessmentRequest, **changed: object) -> AssessmentRequest:
    """Another request like it, not yet stored."""
    kept = {
        name: getattr(request, name)
        for name in (
            "episode",
            "instrument",
            "version",
            "rater",
            "opens_on",
            "due_on",
            "closes_on",
            "blinded",
        )
    }
    return AssessmentRequest(**kept | changed)


def rating_row(request: AssessmentRequest, rater: User) -> Assessment:
    return Assessment(
        episode=request.episode,
        request=request,
        instrument=request.instrument,
        version=request.version,
        wording="labels",
        answers=HAMD,
        source="clinician",
        rater=rater,
        recorded_by=rater,
        assessed_on=days_ago(0),
    )


@pytest.mark.usefixtures("session")
class TestOfWhoWasInTheRoom:
    def test_cannot_be_assigned(self, episode: TreatmentEpisode, clinician: User, therapist: User) -> None:
        asked = blinded(episode, clinician)
        refused(lambda: AssessmentRequest.objects.filter(pk=asked.pk).update(assigned_to=therapist))
        refused(
            lambda: sql(
                "UPDATE tracking_assessmentrequest SET assigned_to_id = %s WHERE id = %s",
                therapist.pk,
                asked.pk,
            )
        )
        refused(lambda: AssessmentRequest.objects.bulk_create([row(asked, assigned_to=therapist)]))
        asked.assigned_to = therapist
        refused(asked.save)

    def test_a_rating_that_is_assigned_does_not_become_blinded(
        self, episode: TreatmentEpisode, clinician: User, therapist: User
    ) -> None:
        asked = blinded(episode, clinician, blinded=False, assigned_to=therapist)
        refused(lambda: AssessmentRequest.objects.filter(pk=asked.pk).update(blinded=True))

    def test_a_cancelled_rating_does_not_come_back(
        self, episode: TreatmentEpisode, clinician: User, therapist: User
    ) -> None:
        asked = blinded(episode, clinician)
        AssessmentRequest.objects.filter(pk=asked.pk).update(status="cancelled")
        AssessmentRequest.objects.filter(pk=asked.pk).update(assigned_to=therapist)
        refused(lambda: AssessmentRequest.objects.filter(pk=asked.pk).update(status="open"))

    def test_cannot_make_the_rating(
        self, episode: TreatmentEpisode, clinician: User, therapist: User
    ) -> None:
        asked = blinded(episode, clinician)
        refused(lambda: rating_row(asked, therapist).save())
        refused(lambda: Assessment.objects.bulk_create([rating_row(asked, therapist)]))

    def test_makes_what_is_not_blinded(
        self, episode: TreatmentEpisode, clinician: User, therapist: User
    ) -> None:
        rating_row(blinded(episode, clinician, blinded=False), therapist).save()
        assert Assessment.objects.filter(rater=therapist).exists()

    def test_rates_the_patient_of_another_episode(
        self, episode: TreatmentEpisode, clinician: User, therapist: User
    ) -> None:
        asked = blinded(episode, clinician)
        TreatmentEpisode.objects.filter(pk=episode.pk).update(status="completed")
        other = TreatmentEpisode.objects.create(
            patient=episode.patient, diagnosis="mdd", starts_on=days_ago(5)
        )
        row(asked, episode=other, assigned_to=therapist).save()


class TestOfWhoRates:
    def enter(self, session: TreatmentSession, user: User) -> None:
        one = Presence(session=session, user=user, role="lead")
        refused(one.save)
        refused(lambda: Presence.objects.bulk_create([one]))
        refused(
            lambda: sql(
                "INSERT INTO tracking_presence (session_id, user_id, role) VALUES (%s, %s, 'lead')",
                session.pk,
                user.pk,
            )
        )
        refused(lambda: Presence.objects.filter(session=session).update(user=user))

    def test_whoever_is_assigned_was_not_in_the_room(
        self, episode: TreatmentEpisode, clinician: User, session: TreatmentSession, rater: User
    ) -> None:
        rating.assign_rater(by=clinician, request=blinded(episode, clinician), rater=rater)
        self.enter(session, rater)

    def test_whoever_has_rated_was_not_in_the_room_even_when_somebody_else_is_assigned_now(
        self, episode: TreatmentEpisode, clinician: User, session: TreatmentSession, rater: User
    ) -> None:
        asked = blinded(episode, clinician)
        rated(asked, rater)
        AssessmentRequest.objects.filter(pk=asked.pk).update(assigned_to=None)
        self.enter(session, rater)

    def test_whoever_was_released_may_be_in_the_room(
        self, episode: TreatmentEpisode, clinician: User, session: TreatmentSession, rater: User
    ) -> None:
        asked = blinded(episode, clinician)
        rating.assign_rater(by=clinician, request=asked, rater=rater)
        asked.refresh_from_db()
        rating.release_rater(by=clinician, request=asked)
        Presence.objects.create(session=session, user=rater, role="other")

    def test_a_session_that_was_taken_back_does_not_count_and_does_not_come_back(
        self, episode: TreatmentEpisode, clinician: User, therapist: User, session: TreatmentSession
    ) -> None:
        treatment.void(by=clinician, record=session, reason="another patient")
        asked = blinded(episode, clinician)
        AssessmentRequest.objects.filter(pk=asked.pk).update(assigned_to=therapist)
        refused(
            lambda: TreatmentSession.objects.filter(pk=session.pk).update(
                voided_at=None, voided_by=None, void_reason=""
            )
        )


@pytest.mark.parametrize(("name", "table"), [(name, table) for name, table, *_ in guard.RULES])
def test_the_triggers_are_there(name: str, table: str) -> None:
    """A later migration that builds a table anew on SQLite loses them."""
    catalogue = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = %s::regclass",
    }
    with connection.cursor() as cursor:
        cursor.execute(catalogue[connection.vendor], [table])
        assert f"blind_{name}" in {found for (found,) in cursor.fetchall()}
