"""A rater who comes to know the treatment: asked, decided by two, and what follows."""

from __future__ import annotations

import pytest

from tests.cast import days_ago
from tests.tracking.answers import HAMD
from tests.tracking.blinded import blinded, lead, rated
from tracking.actions import assessments, rating, unblinding
from tracking.errors import Conflict, InvalidInput, NotPermitted
from tracking.models import (
    Assessment,
    AuditEvent,
    CareTeam,
    TreatmentEpisode,
    User,
)
from tracking.rules.policies.rating import LONGEST_REASON

pytestmark = pytest.mark.django_db


def submit(request: object, by: User | None) -> object:
    return assessments.submit_assessment(
        by=by, request=request, answers=HAMD, source="clinician", assessed_on=days_ago(0)
    )


class TestUnblinding:
    def test_whoever_says_so_rates_no_more_until_it_is_decided(
        self, episode: TreatmentEpisode, clinician: User, rater: User
    ) -> None:
        asked = blinded(episode, clinician)
        rating.assign_rater(by=clinician, request=asked, rater=rater)
        row = unblinding.ask_unblinding(by=rater, episode=episode, rater=rater, reason="the patient told me")
        with pytest.raises(NotPermitted, match="knows the treatment"):
            submit(asked, rater)
        with pytest.raises(Conflict):
            unblinding.ask_unblinding(by=clinician, episode=episode, rater=rater, reason="again")
        unblinding.decide_unblinding(by=clinician, unblinding=row, approve=False)
        assert submit(asked, rater).created

    def test_whoever_was_told_gives_back_and_is_never_assigned_again(
        self, episode: TreatmentEpisode, clinician: User, rater: User
    ) -> None:
        asked, other = blinded(episode, clinician), lead(episode, "Lena Lead")
        rating.assign_rater(by=clinician, request=asked, rater=rater)
        row = unblinding.ask_unblinding(by=clinician, episode=episode, rater=rater, reason="an emergency")
        assert not unblinding.Unblinding.objects.barring(rater).exists()  # the rater knows nothing yet
        with pytest.raises(NotPermitted):
            unblinding.decide_unblinding(by=clinician, unblinding=row, approve=True)
        unblinding.decide_unblinding(by=other, unblinding=row, approve=True, note="yes")
        asked.refresh_from_db()
        assert asked.assigned_to is None
        with pytest.raises(InvalidInput, match="knows the treatment"):
            rating.assign_rater(by=clinician, request=asked, rater=rater)
        with pytest.raises(Conflict):
            unblinding.decide_unblinding(by=other, unblinding=row, approve=False)
        actions = AuditEvent.objects.filter(object_type="unblinding").values_list("action", flat=True)
        assert list(actions) == ["ask_unblinding", "approve_unblinding"]

    def test_whoever_was_told_is_not_told_again(
        self, episode: TreatmentEpisode, clinician: User, rater: User
    ) -> None:
        rated(blinded(episode, clinician), rater)
        row = unblinding.ask_unblinding(by=rater, episode=episode, rater=rater, reason="was told")
        unblinding.decide_unblinding(by=clinician, unblinding=row, approve=True)
        with pytest.raises(Conflict, match="told before"):
            unblinding.ask_unblinding(by=clinician, episode=episode, rater=rater, reason="once more")
        assert list(unblinding.Unblinding.objects.all()) == [row]

    def test_a_rating_made_before_is_out_of_sight_and_reach(
        self, episode: TreatmentEpisode, clinician: User, rater: User
    ) -> None:
        rated(blinded(episode, clinician), rater)
        assert Assessment.objects.visible_to(rater).exists()
        unblinding.ask_unblinding(by=rater, episode=episode, rater=rater, reason="was told")
        assert not Assessment.objects.visible_to(rater).exists()

    def test_where_there_is_no_other_lead_another_member_decides(
        self, episode: TreatmentEpisode, clinician: User, rater: User, outsider: User
    ) -> None:
        rating.assign_rater(by=clinician, request=blinded(episode, clinician), rater=rater)
        row = unblinding.ask_unblinding(by=clinician, episode=episode, rater=rater, reason="an emergency")
        member = lead(episode, "Mia Member", is_lead=False)
        for wrong in (outsider, rater, clinician):
            with pytest.raises(NotPermitted):
                unblinding.decide_unblinding(by=wrong, unblinding=row, approve=True)
        unblinding.decide_unblinding(by=member, unblinding=row, approve=True)

    def test_only_about_somebody_who_rates_here_and_with_a_reason(
        self, episode: TreatmentEpisode, clinician: User, rater: User, team_b: CareTeam
    ) -> None:
        with pytest.raises(InvalidInput, match="does not rate"):
            unblinding.ask_unblinding(by=clinician, episode=episode, rater=rater, reason="why not")
        with pytest.raises(InvalidInput, match="reason"):
            unblinding.ask_unblinding(by=clinician, episode=episode, rater=rater, reason=" ")
        rating.assign_rater(by=clinician, request=blinded(episode, clinician), rater=rater)
        with pytest.raises(InvalidInput, match="longer than"):
            unblinding.ask_unblinding(
                by=clinician, episode=episode, rater=rater, reason="r" * (LONGEST_REASON + 1)
            )
        assert not unblinding.Unblinding.objects.exists()
        row = unblinding.ask_unblinding(
            by=clinician, episode=episode, rater=rater, reason="r" * LONGEST_REASON
        )
        assert len(row.reason) == LONGEST_REASON
