"""Forms of the staff are kept for their author until they are submitted or discarded."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from measures import registry
from reports.actions.housekeeping import clear_expired
from tests.cast import days_ago, person, server_days_ago
from tests.tracking.answers import HAMD, PHQ9
from tests.tracking.begun import asked_blind, begun_entry
from tests.tracking.definitions import CHECK_IN, published
from tracking import clock
from tracking.actions import assessments, care, entry_drafts, scheduling, unblinding
from tracking.errors import Conflict, InvalidInput, NotPermitted
from tracking.models import (
    Assessment,
    AssessmentRequest,
    AuditEvent,
    CareTeam,
    EntryDraft,
    EpisodeMark,
    SafetyAlert,
    ScaleScore,
    TreatmentEpisode,
    User,
)
from tracking.queries.entry_drafts import Place, begun_entries, begun_ratings, changed_since
from tracking.rules.entry_drafts import KEPT_FOR, Sent
from tracking.rules.policies.instruments import instrument_of
from tracking.vocabulary import AnswerSource, Role

HERE, THERE = uuid.uuid4(), uuid.uuid4()
HALF = {str(n): 1 for n in range(1, 9)}


@pytest.fixture
def second(team_a: CareTeam) -> User:
    """Another clinician of the team."""
    user = person("Sam Second", Role.CLINICIAN)
    care.add_member(by=None, team=team_a, user=user, starts_on=days_ago(400))
    return user


@pytest.fixture
def rated(episode: TreatmentEpisode, clinician: User) -> AssessmentRequest:
    return scheduling.create_request(by=clinician, episode=episode, instrument="hamd17", due_on=days_ago(1))


def submitted(by: User, request: AssessmentRequest) -> Assessment:
    return assessments.submit_assessment(
        by=by, request=request, answers=HAMD, source=AnswerSource.CLINICIAN, assessed_on=days_ago(0)
    ).assessment


def recorded(
    by: User, episode: TreatmentEpisode, once: uuid.UUID, ago: int = 0, key: str = "hamd17"
) -> Assessment:
    own = registry.get(key)
    source = AnswerSource.CLINICIAN if own.rater == "clinician" else AnswerSource.CLINICIAN_ENTERED
    return assessments.record_assessment(
        by=by,
        episode=episode,
        instrument=own,
        answers=HAMD if key == "hamd17" else PHQ9,
        source=source,
        assessed_on=days_ago(ago),
        submission_id=once,
    ).assessment


class TestKeeping:
    def test_it_is_no_part_of_any_record(self, clinician: User, episode: TreatmentEpisode) -> None:
        wanted = EpisodeMark.objects.get(episode=episode).wanted_rev
        begun_entry(clinician, episode, "hamd17", HALF | {"3": 4})  # the item about suicide
        for model in (Assessment, ScaleScore, SafetyAlert):
            assert not model.objects.exists()
        assert EpisodeMark.objects.get(episode=episode).wanted_rev == wanted

    def test_the_log_says_that_it_was_begun_and_discarded_and_no_answer(
        self, clinician: User, episode: TreatmentEpisode
    ) -> None:
        draft = begun_entry(clinician, episode, "hamd17", HALF, sent=Sent(HERE, 1))
        begun_entry(clinician, episode, "hamd17", HALF | {"9": 2}, sent=Sent(HERE, 2))
        entry_drafts.discard_entry(by=clinician, draft=draft)
        rows = AuditEvent.objects.filter(object_type="entrydraft")
        assert [(row.action, row.actor, row.details) for row in rows.order_by("pk")] == [
            ("begin_entry", clinician.public_id, {"instrument": "hamd17"}),
            ("discard_entry", clinician.public_id, {"instrument": "hamd17"}),
        ]
        assert not EntryDraft.objects.exists()

    def test_nothing_is_kept_before_something_is_answered(
        self, clinician: User, episode: TreatmentEpisode
    ) -> None:
        place, empty = Place(episode, "hamd17"), {"1": None}
        kept = entry_drafts.keep_entry(
            by=clinician, place=place, instrument=registry.get("hamd17"), answers=empty, sent=Sent(HERE, 1)
        )
        assert kept is None
        assert not EntryDraft.objects.exists()

    def test_one_that_was_held_up_undoes_nothing(self, clinician: User, episode: TreatmentEpisode) -> None:
        for number, value in ((3, 2), (2, 1), (3, 0)):
            begun_entry(clinician, episode, "hamd17", {"1": value}, sent=Sent(HERE, number))
        assert EntryDraft.objects.get().answers["1"] == 2

    def test_another_window_goes_on_from_the_latest_or_is_told(
        self, clinician: User, episode: TreatmentEpisode
    ) -> None:
        begun_entry(clinician, episode, "hamd17", {"1": 1}, sent=Sent(HERE, 4))
        draft = begun_entry(clinician, episode, "hamd17", {"1": 1, "2": 2}, sent=Sent(THERE, 5, seen=4))
        assert draft.resumed_from["1"] == 1 and draft.resumed_from["2"] is None
        with pytest.raises(Conflict, match="in another window"):
            begun_entry(clinician, episode, "hamd17", {"1": 0}, sent=Sent(HERE, 5))
        assert EntryDraft.objects.get().answers["2"] == 2

    def test_what_changed_since_it_was_opened_again(self, clinician: User, episode: TreatmentEpisode) -> None:
        hamd = registry.get("hamd17")
        first = begun_entry(clinician, episode, "hamd17", {"1": 1, "2": 2}, sent=Sent(HERE, 1))
        assert changed_since(first, hamd, {"1": 3}) == []
        again = begun_entry(clinician, episode, "hamd17", {"1": 3, "2": 2}, sent=Sent(THERE, 2, seen=1))
        found = changed_since(again, hamd, {"1": 3, "2": 2, "4": 0})
        assert [(one.item.code, one.before is None, one.now is None) for one in found] == [
            ("1", False, False),
            ("4", True, False),
        ]

    def test_an_answer_that_the_item_does_not_have_is_refused(
        self, clinician: User, episode: TreatmentEpisode
    ) -> None:
        with pytest.raises(InvalidInput) as refusal:
            begun_entry(clinician, episode, "hamd17", {"4": 3})
        assert refusal.value.field == "4"

    def test_of_a_closed_request_nothing_is_kept(self, clinician: User, rated: AssessmentRequest) -> None:
        scheduling.cancel_request(by=clinician, request=rated, reason="mistake")
        with pytest.raises(Conflict):
            begun_entry(clinician, rated.episode, "hamd17", HALF, request=rated)

    def test_a_rating_of_somebody_else_is_not_begun(
        self, clinician: User, rater: User, episode: TreatmentEpisode
    ) -> None:
        asked = scheduling.create_request(
            by=clinician, episode=episode, instrument="hamd17", due_on=days_ago(0), assigned_to=rater
        )
        with pytest.raises(NotPermitted):
            begun_entry(clinician, episode, "hamd17", HALF, request=asked)

    def test_a_late_state_of_what_was_submitted_begins_nothing(
        self, clinician: User, episode: TreatmentEpisode
    ) -> None:
        once = uuid.uuid4()
        recorded(clinician, episode, once)
        with pytest.raises(Conflict, match="already been received"):
            begun_entry(clinician, episode, "hamd17", HALF, submission_id=once)


class TestWhose:
    def test_each_has_an_own_one_at_the_same_place(
        self, clinician: User, second: User, rated: AssessmentRequest
    ) -> None:
        mine = begun_entry(clinician, rated.episode, "hamd17", HALF, request=rated)
        theirs = begun_entry(second, rated.episode, "hamd17", {"1": 0}, request=rated)
        assert list(EntryDraft.objects.visible_to(clinician)) == [mine]
        assert list(EntryDraft.objects.visible_to(second)) == [theirs]
        with pytest.raises(NotPermitted):
            entry_drafts.discard_entry(by=second, draft=mine)

    def test_nobody_else_sees_it(
        self, clinician: User, episode: TreatmentEpisode, administrator: User, outsider: User, second: User
    ) -> None:
        begun_entry(clinician, episode, "hamd17", HALF)
        for other in (administrator, outsider, second):
            assert not EntryDraft.objects.visible_to(other).exists()
            assert begun_entries(other) == begun_ratings(other) == []

    def test_nor_its_author_who_has_left_the_team(self, clinician: User, episode: TreatmentEpisode) -> None:
        begun_entry(clinician, episode, "hamd17", HALF)
        care.end_membership(by=None, membership=clinician.memberships.get(), ends_on=server_days_ago(1))
        assert not EntryDraft.objects.visible_to(User.objects.get(pk=clinician.pk)).exists()

    def test_a_rater_meets_the_own_one_by_its_code_until_the_treatment_is_known(
        self, clinician: User, rater: User, episode: TreatmentEpisode
    ) -> None:
        asked = asked_blind(clinician, episode, rater)
        begun_entry(rater, episode, "hamd17", HALF, request=asked)
        (found,) = begun_ratings(rater)
        assert (found.answered, found.needed) == (8, 17)
        assert begun_entries(rater) == begun_entries(clinician) == []
        unblinding.ask_unblinding(by=rater, episode=episode, rater=rater, reason="heard it")
        assert begun_ratings(rater) == []

    def test_a_list_is_the_latest_first_and_says_what_is_over(
        self, clinician: User, second: User, rated: AssessmentRequest
    ) -> None:
        begun_entry(clinician, rated.episode, "hamd17", HALF, request=rated)
        begun_entry(clinician, rated.episode, "caps5", {"1": 2})
        assert [(one.draft.instrument, one.over) for one in begun_entries(clinician)] == [
            ("caps5", False),
            ("hamd17", False),
        ]
        submitted(second, rated)
        assert [one.over for one in begun_entries(clinician)] == [False, True]


class TestItsEnd:
    def test_what_was_submitted_is_no_draft_and_others_keep_theirs(
        self, clinician: User, second: User, rated: AssessmentRequest
    ) -> None:
        begun_entry(clinician, rated.episode, "hamd17", HALF, request=rated)
        kept = [
            begun_entry(second, rated.episode, "hamd17", HALF, request=rated),
            begun_entry(clinician, rated.episode, "hamd17", HALF),
        ]
        submitted(clinician, rated)
        assert set(EntryDraft.objects.all()) == set(kept)

    def test_what_nobody_had_asked_for_by_its_submission(
        self, clinician: User, episode: TreatmentEpisode
    ) -> None:
        draft = begun_entry(clinician, episode, "hamd17", HALF)
        recorded(clinician, episode, uuid.uuid4(), ago=1)
        assert EntryDraft.objects.exists()
        recorded(clinician, episode, draft.submission_id)
        assert not EntryDraft.objects.exists()

    def test_a_correction_clears_what_was_begun_of_it_alone(
        self, clinician: User, second: User, rated: AssessmentRequest
    ) -> None:
        row = submitted(clinician, rated)
        draft = begun_entry(clinician, rated.episode, "hamd17", HALF)
        begun_entry(clinician, rated.episode, "hamd17", HAMD | {"1": 4}, corrects=row)
        theirs = begun_entry(second, rated.episode, "hamd17", HAMD | {"1": 2}, corrects=row)
        assessments.correct_assessment(
            by=clinician, assessment=row, answers=HAMD | {"1": 3}, reason="misread"
        )
        assert set(EntryDraft.objects.all()) == {draft, theirs}
        assert {one.draft: one.over for one in begun_entries(second)} == {theirs: True}

    def test_discarded_twice_it_says_so(self, clinician: User, episode: TreatmentEpisode) -> None:
        draft = begun_entry(clinician, episode, "hamd17", HALF)
        same = EntryDraft.objects.get()
        entry_drafts.discard_entry(by=clinician, draft=draft)
        with pytest.raises(Conflict, match="in the meantime"):
            entry_drafts.discard_entry(by=clinician, draft=same)

    def test_nobody_touches_it_for_a_month_and_it_is_removed(
        self, clinician: User, episode: TreatmentEpisode
    ) -> None:
        begun_entry(clinician, episode, "hamd17", HALF)
        clear_expired(now=clock.now() + KEPT_FOR - timedelta(minutes=1))
        assert EntryDraft.objects.exists()
        clear_expired(now=clock.now() + KEPT_FOR + timedelta(minutes=1))
        assert not EntryDraft.objects.exists()

    def test_it_stays_in_its_version(self, clinician: User, episode: TreatmentEpisode) -> None:
        published(episode.patient.team.site, CHECK_IN)
        own = {"by": clinician, "place": Place(episode, "check_in"), "sent": Sent(HERE, 1)}
        first = instrument_of("check_in")
        draft = entry_drafts.keep_entry(**own, instrument=first, answers=_some(first))
        assert draft.version == first.version
        published(episode.patient.team.site, CHECK_IN.replace('version = "1"', 'version = "2"'))
        again = entry_drafts.keep_entry(
            **own | {"sent": Sent(HERE, 2)}, instrument=first, answers=_some(first, 1)
        )
        assert (again.version, instrument_of("check_in").version) == (first.version, "2")


def _some(instrument: Any, place: int = 0) -> dict[str, Any]:
    item = instrument.items[0]
    return {item.code: item.options[place].value}


class TestAskedFor:
    """Whoever enters a form answers what was asked for: the action refuses a second way."""

    @pytest.mark.parametrize("key", ["hamd17", "phq9"])
    def test_what_is_asked_for_that_day_is_not_recorded_beside_it(
        self, clinician: User, episode: TreatmentEpisode, key: str
    ) -> None:
        asked = scheduling.create_request(by=clinician, episode=episode, instrument=key, due_on=days_ago(1))
        with pytest.raises(Conflict, match="this was asked for, due"):
            recorded(clinician, episode, uuid.uuid4(), key=key)
        assert not Assessment.objects.exists()
        before = (days_ago(0) - asked.opens_on).days + 1
        assert recorded(clinician, episode, uuid.uuid4(), ago=before, key=key).request is None

    def test_a_rating_that_is_ones_own_is_and_one_of_somebody_else_is_not(
        self, clinician: User, rater: User, episode: TreatmentEpisode
    ) -> None:
        asked = asked_blind(clinician, episode, rater)
        assert (
            recorded(clinician, episode, uuid.uuid4()).request is None
        )  # the therapist's own, beside the blind one
        with pytest.raises(Conflict, match="asked for"):
            recorded(rater, asked.episode, uuid.uuid4())
        unblinding.ask_unblinding(by=rater, episode=episode, rater=rater, reason="heard it")
        assert recorded(rater, episode, uuid.uuid4()).request is None

    def test_sent_twice_it_is_the_first_whatever_was_asked_meanwhile(
        self, clinician: User, episode: TreatmentEpisode
    ) -> None:
        once = uuid.uuid4()
        first = recorded(clinician, episode, once)
        scheduling.create_request(by=clinician, episode=episode, instrument="hamd17", due_on=days_ago(0))
        assert recorded(clinician, episode, once) == first
