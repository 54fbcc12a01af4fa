"""What is recorded as taken in a session was taken in it, at a moment of its day."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from measures import registry
from tests.cast import days_ago
from tests.reports.clinic import another_episode
from tests.tracking.answers import HAMD
from tests.tracking.blinded import held_session
from tracking.actions import assessments, treatment
from tracking.actions.assessments import Submitted
from tracking.errors import Conflict, InvalidInput
from tracking.models import Assessment, TreatmentEpisode, TreatmentSession, User
from tracking.rules.policies.days import local_day
from tracking.vocabulary import AnswerSource

pytestmark = pytest.mark.django_db


class TestInASession:
    """What is recorded as taken in a session was taken in it."""

    @pytest.fixture
    def held(self, episode: TreatmentEpisode, clinician: User) -> TreatmentSession:
        return held_session(episode, clinician, clinician)

    def record(self, episode: TreatmentEpisode, by: User, **taken: object) -> Submitted:
        return assessments.record_assessment(
            by=by,
            episode=episode,
            instrument=registry.get("hamd17"),
            answers=HAMD,
            source=AnswerSource.CLINICIAN,
            submission_id=uuid.uuid4(),
            **{"assessed_on": days_ago(2)} | taken,
        )

    def test_it_is_kept_with_its_session_and_moment(
        self, episode: TreatmentEpisode, clinician: User, held: TreatmentSession
    ) -> None:
        day = local_day(episode.patient, held.starts_at)
        stored = self.record(
            episode, clinician, session=held, assessed_at=held.starts_at, assessed_on=day
        ).assessment
        assert (stored.session, stored.assessed_at) == (held, held.starts_at)

    def test_it_is_a_session_of_the_same_episode(
        self, episode: TreatmentEpisode, clinician: User, held: TreatmentSession
    ) -> None:
        other = another_episode(episode.patient.team, clinician)
        with pytest.raises(InvalidInput, match="session.*another episode"):
            self.record(other, clinician, session=held)
        assert not Assessment.objects.exists()

    def test_one_that_was_taken_back_holds_nothing(
        self, episode: TreatmentEpisode, clinician: User, held: TreatmentSession
    ) -> None:
        treatment.void(by=clinician, record=held, reason="another day")
        held.refresh_from_db()
        with pytest.raises(Conflict, match="was taken back"):
            self.record(episode, clinician, session=held)
        assert not Assessment.objects.exists()

    def test_a_moment_is_of_its_day_and_not_in_the_future(
        self, episode: TreatmentEpisode, clinician: User, held: TreatmentSession
    ) -> None:
        for moment, reason in (
            (held.starts_at - timedelta(days=3), "another day"),
            (timezone.now() + timedelta(days=1), "in the future"),
        ):
            with pytest.raises(InvalidInput, match=reason) as refused:
                self.record(episode, clinician, session=held, assessed_at=moment)
            assert refused.value.field == "assessed_at"
        assert not Assessment.objects.exists()

    def test_a_correction_keeps_to_them_too(
        self, episode: TreatmentEpisode, clinician: User, held: TreatmentSession
    ) -> None:
        day = local_day(episode.patient, held.starts_at)
        stored = self.record(
            episode, clinician, session=held, assessed_at=held.starts_at, assessed_on=day
        ).assessment
        with pytest.raises(InvalidInput, match="another day"):
            assessments.correct_assessment(
                by=clinician, assessment=stored, answers=HAMD, reason="Misread.", assessed_on=days_ago(1)
            )
        assert Assessment.objects.get() == stored
