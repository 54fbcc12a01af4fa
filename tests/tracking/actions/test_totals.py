"""Totals without items: recorded, corrected, and never taken for answers."""

from __future__ import annotations

import uuid

import pytest
from django.db import transaction

from measures import registry
from measures.instrument import Instrument
from tests.cast import days_ago
from tests.tracking.answers import PHQ9, recorded
from tests.tracking.definitions import SCORE_ONLY, published
from tracking.actions.totals import correct_total, record_total
from tracking.errors import Conflict, InvalidInput
from tracking.models import Assessment, AuditEvent, EpisodeMark, SafetyAlert, Site, TreatmentEpisode, User
from tracking.rules.policies.instruments import instrument_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def bdi() -> Instrument:
    return registry.get("bdi2")


def record(episode: TreatmentEpisode, by: User, instrument: Instrument, **more: object) -> Assessment:
    given = {"totals": {"total": 20}, "assessed_on": days_ago(1), "submission_id": uuid.uuid4()} | more
    return record_total(by=by, episode=episode, instrument=instrument, **given).assessment


class TestRecord:
    def test_a_total_becomes_a_score_with_its_band_and_no_answer(
        self, episode: TreatmentEpisode, clinician: User, bdi: Instrument
    ) -> None:
        wanted = EpisodeMark.objects.get(episode=episode).wanted_rev
        stored = record(episode, clinician, bdi)
        score = stored.scores.get()
        assert (score.value, score.band, score.items_answered, score.items_missing) == (20, "moderate", 0, 0)
        assert (stored.answers, stored.entered_totals) == ({}, {"total": 20})
        assert (stored.wording, stored.version, stored.source) == (
            "score-only",
            "score-only",
            "clinician_entered",
        )
        assert (stored.recorded_by, stored.rater) == (clinician, None)
        assert not stored.outcomes.exists()
        assert not SafetyAlert.objects.exists()
        event = AuditEvent.objects.get(action="record_total")
        assert (event.patient, event.details) == (episode.patient.public_id, {"instrument": "bdi2"})
        assert EpisodeMark.objects.get(episode=episode).wanted_rev == wanted + 1

    def test_a_rating_has_its_rater_and_a_scale_left_out_has_no_score(
        self, episode: TreatmentEpisode, clinician: User, site: Site
    ) -> None:
        published(site, SCORE_ONLY.replace('rater = "self"', 'rater = "clinician"'))
        stored = record(episode, clinician, instrument_of("pain_diary"), totals={"mean": 3.25})
        assert (stored.source, stored.rater) == ("clinician", clinician)
        assert [(row.scale, row.value) for row in stored.scores.all()] == [("mean", 3.25)]

    @pytest.mark.parametrize("total", [-1, 64, 20.5, float("nan"), float("inf"), "20", True, None, 10**400])
    def test_what_the_scale_cannot_reach_is_refused_by_scale(
        self, episode: TreatmentEpisode, clinician: User, bdi: Instrument, total: object
    ) -> None:
        with pytest.raises(InvalidInput) as refused:
            record(episode, clinician, bdi, totals={"total": total})
        assert refused.value.field == "totals.total"
        assert not Assessment.objects.exists()

    @pytest.mark.parametrize(
        ("more", "field"),
        [
            ({"totals": {}}, "totals"),
            ({"totals": {"sum": 1}}, "totals.sum"),
            ({"assessed_on": days_ago(-2)}, "assessed_on"),
            ({"assessed_on": days_ago(500)}, "assessed_on"),
        ],
    )
    def test_what_is_wrong_is_named(
        self, episode: TreatmentEpisode, clinician: User, bdi: Instrument, more: dict, field: str
    ) -> None:
        with pytest.raises(InvalidInput) as refused:
            record(episode, clinician, bdi, **more)
        assert refused.value.field == field

    def test_an_instrument_with_items_is_recorded_by_its_items(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        with pytest.raises(InvalidInput, match="has items"):
            record(episode, clinician, registry.get("phq9"))

    def test_sent_twice_it_is_stored_once(
        self, episode: TreatmentEpisode, clinician: User, bdi: Instrument
    ) -> None:
        key = uuid.uuid4()
        first = record(episode, clinician, bdi, submission_id=key)
        again = record_total(
            by=clinician,
            episode=episode,
            instrument=bdi,
            totals={"total": 20.0},
            assessed_on=days_ago(1),
            submission_id=key,
        )
        assert (again.assessment, again.created) == (first, False)
        with pytest.raises(Conflict, match="other content"):
            record(episode, clinician, bdi, submission_id=key, totals={"total": 21})
        assert Assessment.objects.count() == 1


class TestCorrect:
    def test_a_new_version_with_a_reason(
        self, episode: TreatmentEpisode, clinician: User, bdi: Instrument
    ) -> None:
        stored = record(episode, clinician, bdi)
        corrected = correct_total(
            by=clinician, assessment=stored, totals={"total": 30}, reason=" Misread. "
        ).assessment
        assert (corrected.supersedes, corrected.correction_reason) == (stored, "Misread.")
        assert (corrected.source, corrected.assessed_on) == (stored.source, stored.assessed_on)
        assert (corrected.scores.get().band, stored.scores.get().band) == ("severe", "moderate")
        assert list(Assessment.objects.current()) == [corrected]
        assert AuditEvent.objects.filter(action="correct_total").exists()

    def test_it_needs_a_reason_a_total_and_the_latest_version(
        self, episode: TreatmentEpisode, clinician: User, bdi: Instrument
    ) -> None:
        stored = record(episode, clinician, bdi)
        for totals, reason in (({"total": 30}, " "), ({}, "Misread"), ({"total": 99}, "Misread")):
            with pytest.raises(InvalidInput):
                correct_total(by=clinician, assessment=stored, totals=totals, reason=reason)
        correct_total(by=clinician, assessment=stored, totals={"total": 30}, reason="Misread")
        with pytest.raises(Conflict, match="in the meantime"):
            correct_total(by=clinician, assessment=stored, totals={"total": 31}, reason="Misread")

    def test_whoever_has_looked_at_the_same_moment_is_told_so_by_the_database(
        self, episode: TreatmentEpisode, clinician: User, bdi: Instrument, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tracking.actions.totals.check_latest_version", lambda assessment: None)
        correct = {"by": clinician, "assessment": record(episode, clinician, bdi), "reason": "Misread"}
        correct_total(totals={"total": 30}, **correct)
        with pytest.raises(Conflict, match="somebody else in the meantime"), transaction.atomic():
            correct_total(totals={"total": 31}, **correct)
        assert Assessment.objects.count() == 2

    def test_answers_are_not_overruled_by_a_total(self, episode: TreatmentEpisode, clinician: User) -> None:
        answered = recorded(episode, None, "phq9", PHQ9).assessment
        with pytest.raises(Conflict, match="answers were recorded"):
            correct_total(by=clinician, assessment=answered, totals={"total": 1}, reason="No")
