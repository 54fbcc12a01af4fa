"""Taking in answers: everything or nothing, once, and never a silent zero."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import transaction

from measures import registry
from tests.cast import days_ago, person
from tests.tracking.answers import HAMD, PHQ9, recorded
from tracking.actions import assessments, scheduling
from tracking.actions.assessments import Submitted
from tracking.errors import Conflict, InvalidInput, NotPermitted
from tracking.models import (
    AlertEvent,
    Assessment,
    AssessmentRequest,
    AuditEvent,
    DraftAnswers,
    EpisodeMark,
    OutcomeResult,
    SafetyAlert,
    ScaleScore,
    TreatmentEpisode,
    User,
)
from tracking.rules.policies.days import is_late, local_today
from tracking.vocabulary import AnswerSource, RequestStatus, Role

WRITTEN = [Assessment, ScaleScore, OutcomeResult, SafetyAlert, AlertEvent, AuditEvent, DraftAnswers]


@pytest.fixture
def asked(clinician: User, episode: TreatmentEpisode) -> AssessmentRequest:
    return scheduling.create_request(
        by=clinician, episode=episode, instrument="phq9", due_on=days_ago(1), time_point="week 4"
    )


def submit(asked: AssessmentRequest, answers: dict, **changes: object) -> Submitted:
    values = {
        "by": None,
        "source": AnswerSource.SELF,
        "assessed_on": local_today(asked.episode.patient),
        **changes,
    }
    return assessments.submit_assessment(request=asked, answers=answers, **values)


def rows() -> list[int]:
    return [model.objects.count() for model in WRITTEN]


def test_a_submission_is_scored_audited_and_wakes_the_course(asked: AssessmentRequest) -> None:
    before = EpisodeMark.objects.filter(episode=asked.episode).values_list("wanted_rev", flat=True).first()
    stored = submit(asked, PHQ9).assessment
    total = stored.scores.get(scale="total")
    assert (total.value, total.band, total.band_set) == (9, "mild", "kroenke2001")
    assert stored.outcomes.get(outcome="screen_positive").met is False
    assert (stored.time_point, stored.source, stored.rater, stored.wording) == (
        "week 4",
        "self",
        None,
        "verbatim",
    )
    assert AuditEvent.objects.filter(action="submit_assessment", object_id=stored.public_id).count() == 1
    assert EpisodeMark.objects.get(episode=asked.episode).wanted_rev == (before or 0) + 1
    asked.refresh_from_db()
    assert asked.status == RequestStatus.DONE


def test_the_second_submission_returns_the_first_unchanged(asked: AssessmentRequest) -> None:
    first = submit(asked, PHQ9)
    after_first = rows()
    second = submit(asked, PHQ9 | {"1": 0})
    assert (first.created, second.created) == (True, False)
    assert second.assessment == first.assessment
    assert second.assessment.answers["1"] == 2
    assert rows() == after_first


def test_a_missing_answer_is_no_zero(asked: AssessmentRequest) -> None:
    stored = submit(asked, PHQ9 | {"8": None}).assessment
    total = stored.scores.get(scale="total")
    assert (total.value, total.partial, total.items_missing) == (None, 9, 1)
    assert total.prorated == pytest.approx(9 * 9 / 8)
    assert stored.answers["8"] is None


@pytest.mark.parametrize(
    ("answers", "field", "words"),
    [
        ({"4": 4}, "4", "one of 0, 1, 2, 3"),
        ({"4": -1}, "4", "one of 0, 1, 2, 3"),
        ({"4": 1.5}, "4", "one of 0, 1, 2, 3"),
        ({"4": "2"}, "4", "number"),
        ({"4": True}, "4", "number"),
        ({"11": 1}, "11", "not an item"),
    ],
)
def test_a_wrong_answer_is_named_and_nothing_is_stored(
    asked: AssessmentRequest, answers: dict, field: str, words: str
) -> None:
    before = rows()
    with pytest.raises(InvalidInput, match=words) as refused:
        submit(asked, PHQ9 | answers)
    assert refused.value.field == field
    assert rows() == before
    asked.refresh_from_db()
    assert asked.status == RequestStatus.OPEN


@pytest.mark.parametrize("ago", [-2, 201])
def test_a_day_in_the_future_or_before_enrolment_is_refused(asked: AssessmentRequest, ago: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        submit(asked, PHQ9, assessed_on=days_ago(ago))
    assert refused.value.field == "assessed_on"


def test_a_late_entry_is_taken_and_known_as_late(episode: TreatmentEpisode, clinician: User) -> None:
    assert is_late(recorded(episode, clinician, "hamd17", HAMD, ago=60).assessment)
    assert not is_late(recorded(episode, clinician, "hamd17", HAMD, ago=1).assessment)


def test_the_patients_own_day_counts(episode: TreatmentEpisode) -> None:
    """At ten in the evening by the server it is tomorrow in Auckland, and that is no future."""
    patient = episode.patient
    type(patient).objects.filter(pk=patient.pk).update(timezone="Pacific/Auckland")
    evening = datetime(2026, 6, 1, 22, 0, tzinfo=UTC)
    asked = AssessmentRequest.objects.create(
        episode=episode,
        instrument="phq9",
        version="1",
        rater="self",
        opens_on=date(2026, 6, 2),
        due_on=date(2026, 6, 2),
        closes_on=date(2026, 6, 2),
    )
    TreatmentEpisode.objects.filter(pk=episode.pk).update(starts_on=date(2026, 1, 1))
    asked.episode.refresh_from_db()
    with time_machine.travel(evening, tick=False):
        assert submit(asked, PHQ9, assessed_on=date(2026, 6, 2)).created


@pytest.mark.parametrize(
    ("opens", "closes", "words"), [(-2, -4, "not open yet"), (9, 2, "time for this questionnaire has passed")]
)
def test_outside_its_window_nothing_is_taken(
    clinician: User, episode: TreatmentEpisode, opens: int, closes: int, words: str
) -> None:
    asked = scheduling.create_request(
        by=clinician,
        episode=episode,
        instrument="phq9",
        opens_on=days_ago(opens),
        due_on=days_ago(opens),
        closes_on=days_ago(closes),
    )
    with pytest.raises(Conflict, match=words):
        submit(asked, PHQ9)


@pytest.mark.parametrize(("key", "source"), [("phq9", AnswerSource.CLINICIAN), ("hamd17", AnswerSource.SELF)])
def test_a_source_that_does_not_fit_the_instrument_is_refused(
    episode: TreatmentEpisode, clinician: User, key: str, source: AnswerSource
) -> None:
    with pytest.raises(InvalidInput) as refused:
        assessments.record_assessment(
            by=clinician,
            episode=episode,
            instrument=registry.get(key),
            answers={},
            source=source,
            assessed_on=days_ago(1),
            submission_id=uuid.uuid4(),
        )
    assert refused.value.field == "source"


def test_an_assigned_rating_is_made_by_that_person(
    clinician: User, rater: User, episode: TreatmentEpisode
) -> None:
    asked = scheduling.create_request(
        by=clinician, episode=episode, instrument="hamd17", due_on=days_ago(0), assigned_to=rater
    )
    with pytest.raises(NotPermitted):
        submit(asked, HAMD, by=clinician, source=AnswerSource.CLINICIAN)
    stored = submit(asked, HAMD, by=rater, source=AnswerSource.CLINICIAN).assessment
    assert stored.rater == stored.recorded_by == rater


class TestSubmissionId:
    def test_the_same_content_twice_is_stored_once(self, episode: TreatmentEpisode, clinician: User) -> None:
        one = uuid.uuid4()
        first = self.record(episode, clinician, one, HAMD)
        second = self.record(episode, clinician, one, HAMD)
        assert (second.assessment, second.created) == (first.assessment, False)
        assert Assessment.objects.count() == 1

    def test_other_content_under_the_same_id_is_refused(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        one = uuid.uuid4()
        self.record(episode, clinician, one, HAMD)
        with pytest.raises(Conflict, match="other content"):
            self.record(episode, clinician, one, HAMD | {"1": 2})
        with pytest.raises(Conflict, match="other content"):
            self.record(episode, clinician, one, HAMD, ago=5)

    def test_an_id_of_another_assessment_does_not_answer_a_request(
        self, episode: TreatmentEpisode, clinician: User, asked: AssessmentRequest
    ) -> None:
        one = uuid.uuid4()
        self.record(episode, clinician, one, HAMD)
        with pytest.raises(Conflict, match="other content"):
            submit(asked, PHQ9, submission_id=one)
        asked.refresh_from_db()
        assert asked.status == RequestStatus.OPEN

    def record(
        self, episode: TreatmentEpisode, by: User, one: uuid.UUID, answers: dict, ago: int = 1
    ) -> Submitted:
        return assessments.record_assessment(
            by=by,
            episode=episode,
            instrument=registry.get("hamd17"),
            answers=answers,
            source=AnswerSource.CLINICIAN,
            assessed_on=days_ago(ago),
            submission_id=one,
        )


def test_an_error_after_the_alert_leaves_nothing(
    asked: AssessmentRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The alert is in the transaction of the answer: neither is stored without the other."""
    raised = []

    def fail(**kwargs: object) -> None:
        raised.append(SafetyAlert.objects.count())
        raise RuntimeError

    before = rows()
    monkeypatch.setattr(assessments, "want_episode", fail)
    with pytest.raises(RuntimeError):
        submit(asked, PHQ9 | {"9": 3})
    assert raised == [1]
    assert rows() == before
    asked.refresh_from_db()
    assert asked.status == RequestStatus.OPEN


class TestCorrection:
    @pytest.fixture
    def stored(self, episode: TreatmentEpisode, clinician: User) -> Assessment:
        return recorded(episode, clinician, "hamd17", HAMD).assessment

    def test_a_correction_is_a_new_version_and_the_old_one_stays(
        self, stored: Assessment, clinician: User
    ) -> None:
        colleague = person("Carl Colleague", Role.CLINICIAN)
        corrected = assessments.correct_assessment(
            by=colleague, assessment=stored, answers=HAMD | {"1": 3}, reason=" misheard "
        ).assessment
        assert (corrected.supersedes, corrected.correction_reason) == (stored, "misheard")
        assert (corrected.rater, corrected.recorded_by) == (clinician, colleague)
        assert corrected.scores.get(scale="total").value == 18
        stored.refresh_from_db()
        assert stored.scores.get(scale="total").value == 16
        assert list(Assessment.objects.current()) == [corrected]

    @pytest.mark.parametrize("reason", ["", "   "])
    def test_without_a_reason_nothing_is_changed(
        self, stored: Assessment, clinician: User, reason: str
    ) -> None:
        with pytest.raises(InvalidInput) as refused:
            assessments.correct_assessment(by=clinician, assessment=stored, answers=HAMD, reason=reason)
        assert refused.value.field == "reason"
        assert Assessment.objects.count() == 1

    def test_whoever_comes_second_is_told_so(self, stored: Assessment, clinician: User) -> None:
        correct = {"by": clinician, "assessment": stored, "reason": "misheard"}
        assessments.correct_assessment(answers=HAMD | {"1": 3}, **correct)
        with pytest.raises(Conflict, match="somebody else"):
            assessments.correct_assessment(answers=HAMD | {"1": 0}, **correct)
        assert Assessment.objects.count() == 2

    def test_whoever_has_looked_at_the_same_moment_is_told_so_by_the_database(
        self, stored: Assessment, clinician: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(assessments, "check_latest_version", lambda assessment: None)
        correct = {"by": clinician, "assessment": stored, "reason": "misheard"}
        assessments.correct_assessment(answers=HAMD | {"1": 3}, **correct)
        with pytest.raises(Conflict, match="somebody else in the meantime"), transaction.atomic():
            assessments.correct_assessment(answers=HAMD | {"1": 0}, **correct)
        assert Assessment.objects.count() == 2

    def test_the_day_can_be_corrected_but_not_into_the_future(
        self, stored: Assessment, clinician: User
    ) -> None:
        correct = {"by": clinician, "assessment": stored, "answers": HAMD, "reason": "wrong day"}
        with pytest.raises(InvalidInput):
            assessments.correct_assessment(assessed_on=days_ago(-2), **correct)
        corrected = assessments.correct_assessment(assessed_on=days_ago(3), **correct).assessment
        assert corrected.assessed_on == days_ago(3)

    @pytest.mark.parametrize(("instrument", "version"), [("bdi", "score-only"), ("hamd17", "1")])
    def test_where_only_totals_are_known_there_is_nothing_to_correct(
        self, episode: TreatmentEpisode, clinician: User, instrument: str, version: str
    ) -> None:
        totals = Assessment.objects.create(
            episode=episode,
            instrument=instrument,
            version=version,
            wording="score-only",
            source=AnswerSource.IMPORTED,
            assessed_on=days_ago(9),
        )
        with pytest.raises(Conflict, match="only totals"):
            assessments.correct_assessment(by=clinician, assessment=totals, answers=HAMD, reason="typo")
        assert not ScaleScore.objects.exists()


class TestDraft:
    def test_what_was_seen_is_kept_and_what_was_not_is_absent(self, asked: AssessmentRequest) -> None:
        assessments.save_draft(request=asked, item="1", value=2)
        assessments.save_draft(request=asked, item="2", value=None)
        assert asked.draft.answers == {"1": 2, "2": None}

    def test_an_endorsed_safety_item_alerts_at_once(self, asked: AssessmentRequest) -> None:
        (alert,) = assessments.save_draft(request=asked, item="9", value=1)
        assert (alert.state, alert.level, alert.assessment) == ("endorsed", "review", None)
        assert assessments.save_draft(request=asked, item="1", value=0) == ()
        assert SafetyAlert.objects.count() == 1

    def test_nothing_is_kept_of_questions_that_have_no_words(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        request = scheduling.create_request(
            by=clinician, episode=episode, instrument="wai_sr", due_on=days_ago(1)
        )
        with pytest.raises(Conflict, match="cannot be asked here"):
            assessments.save_draft(request=request, item="1", value=2)
        assert not DraftAnswers.objects.exists()

    @pytest.mark.parametrize("value", [0, None])
    def test_a_denied_or_skipped_one_does_not_yet(self, asked: AssessmentRequest, value: int | None) -> None:
        assert assessments.save_draft(request=asked, item="9", value=value) == ()
        assert not SafetyAlert.objects.exists()

    def test_an_answer_taken_back_keeps_its_alert(self, asked: AssessmentRequest) -> None:
        (alert,) = assessments.save_draft(request=asked, item="9", value=2)
        assessments.save_draft(request=asked, item="9", value=0)
        stored = submit(asked, PHQ9)
        alert.refresh_from_db()
        assert (alert.answer, alert.status, alert.assessment) == (2, "open", stored.assessment)
        assert not DraftAnswers.objects.exists()

    def test_an_answer_left_out_at_the_end_keeps_its_alert(self, asked: AssessmentRequest) -> None:
        """What was said is not taken back by saying nothing, and nobody is told it anew."""
        (alert,) = assessments.save_draft(request=asked, item="9", value=2)
        stored = submit(asked, PHQ9 | {"9": None})
        alert.refresh_from_db()
        assert (alert.answer, alert.state, alert.level) == (2, "endorsed", "urgent")
        assert (SafetyAlert.objects.get(), alert.assessment) == (alert, stored.assessment)
        assert [event.status for event in alert.events.all()] == ["open"]

    def test_a_wrong_answer_or_item_is_refused(self, asked: AssessmentRequest) -> None:
        for item, value in (("1", 7), ("x", 1)):
            with pytest.raises(InvalidInput) as refused:
                assessments.save_draft(request=asked, item=item, value=value)
            assert refused.value.field == item
        assert not DraftAnswers.objects.exists()

    def test_after_submitting_nothing_is_kept(self, asked: AssessmentRequest) -> None:
        submit(asked, PHQ9)
        with pytest.raises(Conflict, match="already been received"):
            assessments.save_draft(request=asked, item="1", value=0)
