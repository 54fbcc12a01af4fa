"""Who is given a blinded rating, and the second one of the same occasion."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reports.actions.courses import recompute_episode
from reports.models import EpisodeCourse
from tests.cast import days_ago, person, server_days_ago
from tests.reports.clinic import another_episode
from tests.tracking.answers import HAMD
from tests.tracking.blinded import available, blinded, held_session, lead, rated
from tests.tracking.scheduled import dosing, schedule
from tracking.actions import assessments, availability, care, rating, scheduling, treatment, unblinding
from tracking.errors import Conflict, InvalidInput, NotPermitted
from tracking.models import (
    Assessment,
    AuditEvent,
    Patient,
    RaterAvailability,
    SafetyAlert,
    Study,
    TreatmentEpisode,
    User,
)
from tracking.rules.policies.rating import LONGEST_REASON
from tracking.vocabulary import Role

pytestmark = pytest.mark.django_db


def submit(request: object, by: User | None) -> object:
    return assessments.submit_assessment(
        by=by, request=request, answers=HAMD, source="clinician", assessed_on=days_ago(0)
    )


class TestWhoAnswers:
    def test_nobody_while_nobody_is_assigned(
        self, episode: TreatmentEpisode, clinician: User, rater: User
    ) -> None:
        asked = blinded(episode, clinician)
        for who in (clinician, rater, None):
            with pytest.raises(NotPermitted, match="independent rater"):
                submit(asked, who)

    def test_only_whoever_is_assigned(self, episode: TreatmentEpisode, clinician: User, rater: User) -> None:
        asked = blinded(episode, clinician)
        rating.assign_rater(by=clinician, request=asked, rater=rater)
        with pytest.raises(NotPermitted):
            submit(asked, clinician)
        assert submit(asked, rater).assessment.rater == rater

    def test_a_self_report_is_never_blinded(self, episode: TreatmentEpisode, clinician: User) -> None:
        with pytest.raises(InvalidInput, match="blinded"):
            blinded(episode, clinician, instrument="phq9")

    @pytest.mark.parametrize("ago", [-1, 8, 150, 500])
    def test_the_day_is_one_of_the_last_and_every_refusal_says_the_same(
        self, episode: TreatmentEpisode, clinician: User, rater: User, ago: int
    ) -> None:
        asked = blinded(episode, clinician)
        rating.assign_rater(by=clinician, request=asked, rater=rater)
        with pytest.raises(InvalidInput, match="must be today or one of the few days before"):
            assessments.submit_assessment(
                by=rater, request=asked, answers=HAMD, source="clinician", assessed_on=days_ago(ago)
            )

    def test_whoever_rated_blind_moves_the_day_no_further(
        self, episode: TreatmentEpisode, clinician: User, rater: User
    ) -> None:
        made = rated(blinded(episode, clinician), rater).assessment
        with pytest.raises(InvalidInput, match="must be today or one of the few days before"):
            assessments.correct_assessment(
                by=rater, assessment=made, answers=HAMD, reason="Misread.", assessed_on=days_ago(8)
            )
        assert Assessment.objects.get() == made


class TestAssigning:
    def test_whoever_is_available_and_has_least_to_do(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        first, second = available("Rea First"), available("Rio Second")
        chosen = [rating.assign_rater(by=None, request=blinded(episode, clinician)) for _ in range(3)]
        assert chosen == [first, second, first]
        assert AuditEvent.objects.filter(action="assign_rater").count() == 3

    def test_nobody_of_the_treating_team_and_nobody_unblinded_or_not_available(
        self, episode: TreatmentEpisode, clinician: User, site: object
    ) -> None:
        treats = available("Tia Treats")
        care.add_member(by=None, team=episode.patient.team, user=treats, starts_on=days_ago(3))
        known = available("Una Unblinded")
        asked = blinded(episode, clinician)
        rating.assign_rater(by=clinician, request=asked, rater=known)
        unblinding.ask_unblinding(by=known, episode=episode, rater=known, reason="was told")
        person("Nia Never", Role.RATER)
        elsewhere = care.create_site(by=None, key="s", name="S", timezone="UTC", crisis_contacts="112")
        away = person("Ava Away", Role.RATER, site=elsewhere)
        availability.set_availability(by=away, starts_on=days_ago(0), per_week=5)
        with pytest.raises(Conflict, match="no independent rater is available"):
            rating.assign_rater(by=None, request=blinded(episode, clinician))

    def test_no_more_in_a_week_than_was_offered(self, episode: TreatmentEpisode, clinician: User) -> None:
        available("Rea Rater", per_week=1)
        rating.assign_rater(by=None, request=blinded(episode, clinician))
        with pytest.raises(Conflict):
            rating.assign_rater(by=None, request=blinded(episode, clinician))

    def test_the_treating_team_needs_a_reason_which_no_audit_row_repeats(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        asked = blinded(episode, clinician)
        with pytest.raises(InvalidInput, match="reason"):
            rating.assign_rater(by=clinician, request=asked, rater=clinician)
        with pytest.raises(InvalidInput, match="reason.*longer than"):
            rating.assign_rater(
                by=clinician, request=asked, rater=clinician, reason="r" * (LONGEST_REASON + 1)
            )
        rating.assign_rater(
            by=clinician, request=asked, rater=clinician, reason="the only one with the licence"
        )
        asked.refresh_from_db()
        assert asked.assignment_reason == "the only one with the licence"
        audited = AuditEvent.objects.get(action="assign_rater").details
        assert audited == {"rater": str(clinician.public_id), "of_treating_team": True}

    @pytest.mark.parametrize("arm", ["psilocybin", "waiting"])
    def test_who_gives_sessions_chooses_nothing_that_the_rater_sees(
        self, arm: str, episode: TreatmentEpisode, clinician: User, rater: User, study: Study
    ) -> None:
        """Neither the rater nor the days: not of their own patients, and not of one who has no sessions."""
        therapist = lead(episode, "Thea Therapist")
        held_session(episode, clinician, therapist)
        theirs = another_episode(episode.patient.team, clinician, study, arm=arm)
        asked = blinded(theirs, clinician)
        days = {"opens_on": days_ago(1), "due_on": days_ago(0), "closes_on": days_ago(-5)}
        with pytest.raises(NotPermitted, match="gives sessions"):
            rating.assign_rater(by=therapist, request=asked, rater=rater)
        with pytest.raises(NotPermitted, match="gives sessions"):
            scheduling.set_request_dates(by=therapist, request=asked, **days)
        with pytest.raises(NotPermitted, match="gives sessions"):
            blinded(theirs, therapist)
        scheduling.set_request_dates(by=clinician, request=asked, **days)
        available("Rea Rater")
        assert rating.assign_rater(by=therapist, request=asked).name == "Rea Rater"

    def test_who_treats_is_not_named_when_it_is_asked_for(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        """Although they hold the role of a rater, too."""
        treats = available("Tia Treats")
        care.add_member(by=None, team=episode.patient.team, user=treats, starts_on=days_ago(3))
        with pytest.raises(InvalidInput, match="treats this patient"):
            blinded(episode, clinician, assigned_to=treats)
        assert not episode.requests.exists()

    def test_a_rater_of_another_site_is_not_named(self, episode: TreatmentEpisode, clinician: User) -> None:
        south = care.create_site(by=None, key="south", name="South", crisis_contacts="112")
        stranger = person("Stan South", Role.RATER, site=south)
        with pytest.raises(InvalidInput, match="assigned_to.*of this site"):
            blinded(episode, clinician, assigned_to=stranger)
        asked = blinded(episode, clinician)
        with pytest.raises(InvalidInput, match="rater.*of this site"):
            rating.assign_rater(by=clinician, request=asked, rater=stranger)
        asked.refresh_from_db()
        assert asked.assigned_to is None

    def test_a_reason_does_not_bring_back_whoever_has_left_the_team(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        former = lead(episode, "Fritz Former", is_lead=False)
        care.end_membership(by=None, membership=former.memberships.get(), ends_on=server_days_ago(1))
        asked = blinded(episode, clinician)
        with pytest.raises(InvalidInput, match="no longer of the care team"):
            rating.assign_rater(by=clinician, request=asked, rater=former, reason="nobody else")
        asked.refresh_from_db()
        assert asked.assigned_to is None

    def test_never_whoever_was_in_the_room(self, episode: TreatmentEpisode, clinician: User) -> None:
        therapist = lead(episode, "Theo Therapist", is_lead=False)
        held_session(episode, clinician, therapist)
        with pytest.raises(InvalidInput, match="in the room"):
            rating.assign_rater(
                by=clinician, request=blinded(episode, clinician), rater=therapist, reason="nobody else"
            )

    def test_whoever_rates_is_not_entered_as_present(
        self, episode: TreatmentEpisode, clinician: User, rater: User
    ) -> None:
        asked = blinded(episode, clinician)
        rating.assign_rater(by=clinician, request=asked, rater=rater)
        with pytest.raises(InvalidInput, match="is to rate"):
            held_session(episode, clinician, rater)
        submit(asked, rater)
        with pytest.raises(InvalidInput, match="has rated"):
            held_session(episode, clinician, rater)
        assert not episode.sessions.exists()

    def test_whoever_was_in_the_room_does_not_correct(
        self, episode: TreatmentEpisode, clinician: User, rater: User
    ) -> None:
        made = rated(blinded(episode, clinician), rater).assessment
        held_session(episode, clinician, clinician)
        with pytest.raises(NotPermitted):
            assessments.correct_assessment(by=clinician, assessment=made, answers=HAMD, reason="too low")

    def test_only_an_open_blinded_rating(
        self, episode: TreatmentEpisode, clinician: User, rater: User
    ) -> None:
        with pytest.raises(InvalidInput, match="not a blinded rating"):
            rating.assign_rater(by=clinician, request=blinded(episode, clinician, blinded=False), rater=rater)
        asked = blinded(episode, clinician)
        scheduling.cancel_request(by=clinician, request=asked, reason="mistake")
        with pytest.raises(Conflict):
            rating.assign_rater(by=clinician, request=asked, rater=rater)


class TestTheJob:
    def test_what_opens_within_a_week_is_given_away(self, episode: TreatmentEpisode, clinician: User) -> None:
        rater = available("Rea Rater")
        soon = blinded(episode, clinician, due_on=days_ago(-7))
        later = blinded(episode, clinician, due_on=days_ago(-8))
        assert rating.assign_due_ratings() == 0
        soon.refresh_from_db()
        later.refresh_from_db()
        assert (soon.assigned_to, later.assigned_to) == (rater, None)

    def test_what_nobody_takes_is_counted(self, episode: TreatmentEpisode, clinician: User) -> None:
        blinded(episode, clinician)
        assert rating.assign_due_ratings() == 1

    def test_whoever_left_gives_back(self, episode: TreatmentEpisode, clinician: User, rater: User) -> None:
        asked = blinded(episode, clinician)
        rating.assign_rater(by=clinician, request=asked, rater=rater)
        User.objects.filter(pk=rater.pk).update(is_active=False)
        other = available("Rea Rater")
        rating.assign_due_ratings()
        asked.refresh_from_db()
        assert asked.assigned_to == other


class TestByProtocol:
    @pytest.fixture
    def episode(self, patient: Patient, clinician: User) -> TreatmentEpisode:
        """Rated blind three weeks after a dose that both arms are given."""
        return care.start_episode(
            by=clinician,
            patient=patient,
            diagnosis="ptsd",
            protocol="mdma-ptsd",
            arm="mdma",
            starts_on=days_ago(60),
        )

    def test_the_schedule_asks_blind_and_moves_with_its_event(
        self, episode: TreatmentEpisode, clinician: User, rater: User
    ) -> None:
        dosing(episode, clinician, days=40)
        second = dosing(episode, clinician, days=20)
        schedule(episode, clinician, days_ago(0))
        asked = episode.requests.get(time_point="week 3 after dose 2")
        assert asked.blinded
        assert not episode.requests.filter(rater="self", blinded=True).exists()
        rating.assign_rater(by=clinician, request=asked, rater=rater)
        treatment.void(by=clinician, record=second, reason="another day")
        dosing(episode, clinician, days=19)
        schedule(episode, clinician, days_ago(0))
        moved = episode.requests.get(time_point="week 3 after dose 2")
        assert (moved.pk, moved.assigned_to, moved.status) == (asked.pk, rater, "open")
        assert moved.due_on == asked.due_on + timedelta(days=1)

    def test_a_rater_who_was_in_the_room_since_is_released_when_the_event_is_back(
        self, episode: TreatmentEpisode, clinician: User, rater: User
    ) -> None:
        dosing(episode, clinician, days=40)
        second = dosing(episode, clinician, days=20)
        schedule(episode, clinician, days_ago(0))
        asked = episode.requests.get(time_point="week 3 after dose 2")
        rating.assign_rater(by=clinician, request=asked, rater=rater)
        treatment.void(by=clinician, record=second, reason="another day")
        held_session(episode, clinician, rater)
        dosing(episode, clinician, days=19)
        schedule(episode, clinician, days_ago(0))
        asked.refresh_from_db()
        assert (asked.status, asked.assigned_to) == ("open", None)


class TestSecondRating:
    def test_it_goes_to_another_rater_and_never_the_other_way(
        self, episode: TreatmentEpisode, clinician: User, rater: User
    ) -> None:
        first = blinded(episode, clinician)
        rated(first, rater)
        second = rating.request_second_rating(by=clinician, request=first)
        with pytest.raises(InvalidInput, match="same occasion"):
            rating.assign_rater(by=clinician, request=second, rater=rater)
        availability.set_availability(by=rater, starts_on=days_ago(0), per_week=5)
        with pytest.raises(Conflict):
            rating.assign_rater(by=None, request=second)
        with pytest.raises(Conflict):
            rating.request_second_rating(by=clinician, request=first)
        with pytest.raises(InvalidInput):
            rating.request_second_rating(by=clinician, request=second)

    def test_it_counts_in_no_course_and_raises_its_alerts(
        self, episode: TreatmentEpisode, clinician: User, rater: User
    ) -> None:
        first = blinded(episode, clinician, time_point="week_9")
        rated(first, rater)
        recompute_episode(episode_id=episode.pk)
        before = EpisodeCourse.objects.filter(episode=episode).values("instrument", "n", "latest").get()
        second = rating.request_second_rating(by=clinician, request=first)
        made = rated(second, available("Rea Rater"), item_3=3, item_1=4).assessment
        recompute_episode(episode_id=episode.pk)
        assert (
            EpisodeCourse.objects.filter(episode=episode).values("instrument", "n", "latest").get() == before
        )
        assert list(Assessment.objects.counted().filter(episode=episode)) == [first.assessments.get()]
        assert SafetyAlert.objects.filter(assessment=made, item="3", state="endorsed").exists()

    def test_the_schedule_passes_it_over_and_it_ends_with_the_first(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        schedule(episode, clinician, days_ago(120))
        first = episode.requests.get(time_point="baseline", instrument="hamd17")
        scheduling.set_request_dates(
            by=clinician, request=first, opens_on=days_ago(1), due_on=days_ago(0), closes_on=days_ago(-5)
        )
        first.refresh_from_db()
        second = rating.request_second_rating(by=clinician, request=first)
        before = list(episode.requests.order_by("pk").values())
        schedule(episode, clinician, days_ago(120))
        assert list(episode.requests.order_by("pk").values()) == before
        scheduling.cancel_request(by=clinician, request=first, reason="declined")
        second.refresh_from_db()
        assert second.status == "cancelled"

    @pytest.mark.parametrize(("first_is", "closes_in"), [("open", 5), ("made", 5), ("missed", -1)])
    def test_its_window_is_that_of_the_first_or_a_week_from_today(
        self, episode: TreatmentEpisode, clinician: User, rater: User, first_is: str, closes_in: int
    ) -> None:
        own = {"opens_on": days_ago(9), "due_on": days_ago(6), "closes_on": days_ago(-closes_in)}
        first = blinded(episode, clinician, **own)
        if first_is == "made":
            rated(first, rater)
            first.refresh_from_db()
        second = rating.request_second_rating(by=clinician, request=first)
        week = {"opens_on": days_ago(0), "due_on": days_ago(0), "closes_on": days_ago(-7)}
        assert {name: getattr(second, name) for name in own} == (own if first_is == "open" else week)


class TestAvailability:
    def test_days_do_not_overlap_and_lie_ahead(self, rater: User, clinician: User) -> None:
        availability.set_availability(
            by=rater, starts_on=server_days_ago(0), ends_on=server_days_ago(-9), per_week=3
        )
        with pytest.raises(Conflict):
            availability.set_availability(by=rater, starts_on=server_days_ago(-9), per_week=3)
        availability.set_availability(by=rater, starts_on=server_days_ago(-10), per_week=3)
        for wrong in ({"starts_on": server_days_ago(1)}, {"per_week": 0}, {"ends_on": server_days_ago(1)}):
            with pytest.raises(InvalidInput):
                availability.set_availability(
                    **{"by": rater, "starts_on": server_days_ago(0), "per_week": 3} | wrong
                )
        with pytest.raises(NotPermitted):
            availability.set_availability(by=clinician, starts_on=server_days_ago(0), per_week=3)

    def test_it_ends_with_today_and_what_has_not_begun_is_taken_away(self, rater: User) -> None:
        availability.set_availability(
            by=rater, starts_on=server_days_ago(0), ends_on=server_days_ago(-9), per_week=3
        )
        availability.set_availability(by=rater, starts_on=server_days_ago(-10), per_week=3)
        for day in (server_days_ago(0), server_days_ago(-10)):
            availability.end_availability(by=rater, starts_on=day)
        assert RaterAvailability.objects.get(user=rater).ends_on == server_days_ago(0)
        with pytest.raises(Conflict):
            availability.end_availability(by=rater, starts_on=server_days_ago(0))
        assert AuditEvent.objects.filter(action="end_availability").count() == 2
