"""Before a signature, a grant and the like the page asks who is there, and goes on with all that was sent."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.again import as_long_ago, is_asked_again, shown_again
from tests.cast import days_ago, person
from tests.markup import said
from tests.tracking.answers import HAMD, PHQ9, posted
from tests.tracking.blinded import blinded
from tests.tracking.pages.doors import signed_in
from tracking.actions import care, scheduling
from tracking.actions.endings import end_episode
from tracking.actions.rating import assign_rater
from tracking.actions.unblinding import ask_unblinding
from tracking.models import (
    Assessment,
    CareTeam,
    Erasure,
    RoleGrant,
    TreatmentEpisode,
    Unblinding,
    User,
)
from tracking.queries.second_factor import second_factor_of
from tracking.vocabulary import Role

PASSWORD = "eleven grey herons"


def with_password(user: User) -> User:
    user.set_password(PASSWORD)
    user.save()
    return user


def answered(client: Client, asked: HttpResponse, password: str = PASSWORD) -> HttpResponse:
    assert "Nothing that you have filled in is lost" in said(client.get(asked.headers["Location"]))
    return shown_again(client, asked, password)


@pytest.fixture
def rating(episode: TreatmentEpisode, clinician: User) -> str:
    asked = scheduling.create_request(by=clinician, episode=episode, instrument="hamd17", due_on=days_ago(1))
    return reverse("rate", args=[asked.public_id])


class TestARating:
    def test_is_signed_after_it_as_it_was_sent(self, clinician: User, rating: str, nudges: list[int]) -> None:
        client = as_long_ago(signed_in(with_password(clinician)))
        asked = client.post(rating, posted(HAMD, assessed_on=days_ago(0)))
        assert not Assessment.objects.exists()
        answered(client, asked)
        stored = Assessment.objects.get()
        assert {code: stored.answers[code] for code in HAMD} == HAMD

    def test_a_wrong_password_signs_nothing_and_the_right_one_still_does(
        self, clinician: User, rating: str, nudges: list[int]
    ) -> None:
        client = as_long_ago(signed_in(with_password(clinician)))
        asked = client.post(rating, posted(HAMD, assessed_on=days_ago(0)))
        answered(client, asked, "a guess of twelve")
        assert not Assessment.objects.exists()
        answered(client, asked)
        assert Assessment.objects.count() == 1

    def test_it_is_not_asked_again_within_the_time_and_is_after_it(
        self, clinician: User, rating: str, nudges: list[int]
    ) -> None:
        client, sheet = signed_in(with_password(clinician)), posted(HAMD, assessed_on=days_ago(0))
        with time_machine.travel(
            timezone.now() + timedelta(seconds=settings.ACCOUNT_REAUTHENTICATION_TIMEOUT + 1), tick=False
        ):
            assert is_asked_again(client.post(rating, sheet))
        assert client.post(rating, sheet).status_code == 302
        assert Assessment.objects.count() == 1

    def test_what_is_looked_through_or_kept_asks_for_nothing(self, clinician: User, rating: str) -> None:
        client = as_long_ago(signed_in(clinician))
        look = client.post(rating, posted(HAMD, assessed_on=days_ago(0)) | {"step": "look"})
        assert look.status_code == 200

    def test_what_is_refused_after_it_is_refused_where_it_came_from(
        self, clinician: User, rating: str, nudges: list[int]
    ) -> None:
        """The sheet is there with all that was marked, at its own address, and can be sent again."""
        client = as_long_ago(signed_in(with_password(clinician)))
        late = posted(HAMD, assessed_on=date.max)
        refused = answered(client, client.post(f"{rating}?earlier=1", late))
        assert refused.status_code == 400 and refused.wsgi_request.get_full_path() == f"{rating}?earlier=1"
        assert refused.context["form"].answers == HAMD
        assert client.post(rating, posted(HAMD, assessed_on=days_ago(0))).status_code == 302

    def test_what_was_given_up_is_not_signed_when_something_else_is_shown(
        self, clinician: User, rating: str, nudges: list[int]
    ) -> None:
        client = as_long_ago(signed_in(with_password(clinician)))
        asked = client.post(rating, posted(HAMD, assessed_on=days_ago(0)))
        other = client.get(reverse("mfa_deactivate_totp"))
        assert answered(client, other).headers["Location"] == reverse("mfa_deactivate_totp")
        assert not Assessment.objects.exists()
        assert is_asked_again(asked)

    def test_what_a_patient_has_said_is_only_entered(
        self, episode: TreatmentEpisode, clinician: User, nudges: list[int]
    ) -> None:
        client = as_long_ago(signed_in(clinician))
        address = reverse("rate-new", args=[episode.public_id, "phq9"])
        form = client.get(address).context["form"]
        more = {"assessed_on": days_ago(0)} | {
            name: form.initial[name] for name in ("submission_id", "version")
        }
        client.post(address, posted(PHQ9, **more))
        assert Assessment.objects.count() == 1


def test_a_role_is_granted_after_it(administrator: User, rater: User) -> None:
    client = as_long_ago(signed_in(with_password(administrator)))
    address = reverse("administration-grant-new", args=[rater.public_id])
    grant = {
        "role": Role.CLINICIAN.value,
        "site": administrator.role_grants.get().site_id,
        "starts_on": days_ago(0),
    }
    asked = client.post(address, grant)
    assert not RoleGrant.objects.filter(user=rater, role=Role.CLINICIAN).exists()
    answered(client, asked)
    assert RoleGrant.objects.filter(user=rater, role=Role.CLINICIAN, granted_by=administrator).count() == 1


def test_a_lost_second_step_is_reset_after_it(administrator: User, clinician: User) -> None:
    client = as_long_ago(signed_in(with_password(administrator)))
    address = reverse("second-factor-reset", args=[clinician.public_id])
    person = reverse("administration-user", args=[clinician.public_id])
    page = said(client.get(person))
    assert "An app is set up." in page and "Reset a lost second step" in page
    asked = client.post(address, {"reason": "The phone was stolen"})
    assert second_factor_of(clinician)
    done = answered(client, asked)
    assert done.headers["Location"] == person and not second_factor_of(clinician)
    page = said(client.get(person))
    assert "is signed out and told by mail" in page and "not set up" in page


def test_a_token_of_the_api_and_a_persons_copy_are_made_after_it(
    clinician: User, episode: TreatmentEpisode
) -> None:
    for address in (reverse("tokens"), reverse("patient-copy", args=[episode.patient.public_id])):
        client = as_long_ago(signed_in(with_password(clinician)))
        asked = client.post(address, {"withheld": "für <die> \"Rechte\" & 'Pflichten'"})
        done = answered(client, asked)
        assert done.status_code == 200 and not is_asked_again(client.post(address))


def test_an_erasure_is_asked_for_and_approved_after_it_and_refused_without(
    episode: TreatmentEpisode, clinician: User, team_a: CareTeam
) -> None:
    colleague = person("Cora Colleague", Role.CLINICIAN)
    care.add_member(by=None, team=team_a, user=colleague, starts_on=days_ago(1))
    end_episode(
        by=clinician, episode=episode, reason="completed", ends_on=days_ago(10), open_reason="all is said"
    )
    address = reverse("patient-erase", args=[episode.patient.public_id])
    asker, decider = (as_long_ago(signed_in(with_password(who))) for who in (clinician, colleague))
    answered(asker, asker.post(address, {"asked": "on"}))
    assert is_asked_again(decider.post(address, {"approve": "1"}))
    assert decider.post(address, {"approve": "0"}).headers["Location"] == address
    assert Erasure.objects.get().approved is False


def test_a_rater_is_told_the_treatment_after_it_and_refused_it_without(
    episode: TreatmentEpisode, clinician: User, rater: User
) -> None:
    given = blinded(episode, clinician, time_point="week_4")
    assign_rater(by=clinician, request=given, rater=rater)
    ask_unblinding(by=rater, episode=episode, rater=rater, reason="was told")
    row = Unblinding.objects.get()
    address = reverse("unblinding", args=[row.public_id])
    client = as_long_ago(signed_in(with_password(clinician)))
    asked = client.post(address, {"decision": "approve", "note": "in person"})
    row.refresh_from_db()
    assert row.approved is None
    answered(client, asked)
    row.refresh_from_db()
    assert (row.approved, row.decision_note) == (True, "in person")
