"""Pages of blinded ratings: the rater's own, and what the care team does."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.cast import days_ago, person, server_days_ago
from tests.tracking.answers import HAMD, posted, text_of
from tests.tracking.blinded import available, blinded, held_session, lead, rated
from tests.tracking.pages.doors import assert_anonymous_signs_in, signed_in
from tracking.actions import care, rating, unblinding
from tracking.models import (
    Assessment,
    AssessmentRequest,
    CareTeam,
    RaterAvailability,
    TreatmentEpisode,
    Unblinding,
    User,
)
from tracking.vocabulary import Role

pytestmark = pytest.mark.django_db


def at(name: str, row: object) -> str:
    return reverse(name, kwargs={"public_id": row.public_id})


@pytest.fixture
def asked(episode: TreatmentEpisode, clinician: User) -> AssessmentRequest:
    return blinded(episode, clinician, time_point="week_4")


@pytest.fixture
def given(asked: AssessmentRequest, clinician: User, rater: User) -> AssessmentRequest:
    rating.assign_rater(by=clinician, request=asked, rater=rater)
    return asked


class TestTheRater:
    def test_says_when_and_ends_it(self, rater: User) -> None:
        client, url = signed_in(rater), reverse("availability")
        assert "have not said when" in text_of(client, "/ratings/")
        assert client.post(url, {"starts_on": server_days_ago(0), "per_week": 4}).status_code == 302
        assert RaterAvailability.objects.get().per_week == 4
        assert "have not said when" not in text_of(client, "/ratings/")
        assert client.post(url, {"starts_on": server_days_ago(0), "per_week": 4}).status_code == 409
        assert client.post(url, {"starts_on": "", "per_week": 0}).status_code == 400
        end = reverse("availability-end")
        assert client.post(end, {"starts_on": server_days_ago(0).isoformat()}).status_code == 302
        assert client.post(end, {"starts_on": "no day"}).status_code == 409
        assert RaterAvailability.objects.get().ends_on == server_days_ago(0)

    def test_reports_a_treatment_by_its_code_and_learns_of_no_other(
        self, given: AssessmentRequest, rater: User, clinician: User
    ) -> None:
        client, url = signed_in(rater), reverse("rating-learnt")
        code = given.episode.patient.study_code
        stranger = signed_in(person("Rea Rater", Role.RATER))
        for who, wrong in ((client, "NOBODY"), (stranger, code)):
            response = who.post(url, {"study_code": wrong, "reason": "was told"})
            assert response.status_code == 400
            assert "No rating of this code was assigned to you" in response.content.decode()
        assert client.post(url, {"study_code": code.lower(), "reason": "was told"}).status_code == 302
        assert "Nothing is waiting" in text_of(client, "/ratings/")
        assert client.get(at("rate", given)).status_code == 404
        assert "waits for a decision" in text_of(client, url)
        assert "psilocybin" not in text_of(client, url).lower()
        unblinding.decide_unblinding(by=clinician, unblinding=Unblinding.objects.get(), approve=True)
        assert "Psilocybin-assisted therapy" in text_of(client, url)
        assert "Immediate treatment" in text_of(client, url)

    def test_a_report_that_is_not_confirmed_lets_the_rater_go_on(
        self, given: AssessmentRequest, rater: User, clinician: User
    ) -> None:
        client, url = signed_in(rater), reverse("rating-learnt")
        code = given.episode.patient.study_code
        client.post(url, {"study_code": code, "reason": "was told"})
        unblinding.decide_unblinding(by=clinician, unblinding=Unblinding.objects.get(), approve=False)
        assert "please go on rating" in text_of(client, url)
        assert client.get(at("rate", given)).status_code == 200

    def test_knows_nothing_of_what_others_have_asked(
        self, given: AssessmentRequest, rater: User, clinician: User
    ) -> None:
        before = text_of(signed_in(rater), reverse("rating-learnt"))
        unblinding.ask_unblinding(by=clinician, episode=given.episode, rater=rater, reason="an emergency")
        assert text_of(signed_in(rater), reverse("rating-learnt")) == before

    def test_meets_the_own_rating_for_two_days_counted_from_the_first_version(
        self, given: AssessmentRequest, rater: User, time_machine: object
    ) -> None:
        client = signed_in(rater)
        sheet = posted(HAMD, assessed_on=days_ago(0).isoformat())
        client.post(at("rate", given), sheet)
        own = Assessment.objects.get(rater=rater)
        now = timezone.now()
        time_machine.move_to(now + timedelta(hours=47))
        client = signed_in(rater)
        change = sheet | {"reason": "slip", "item-1": "2"}
        assert client.post(at("assessment-correct", own), change).status_code == 302
        later = Assessment.objects.get(supersedes=own)
        time_machine.move_to(now + timedelta(hours=49))
        client = signed_in(rater)
        for one in (own, later):
            for name in ("assessment", "assessment-correct"):
                assert client.get(at(name, one)).status_code == 404
            assert client.get(f"/api/v1/ratings/{one.public_id}/").status_code == 404
        assert client.get("/api/v1/ratings/").json()["results"] == []
        assert given.episode.patient.study_code not in text_of(client, "/ratings/")

    def test_is_told_what_to_do_when_an_answer_is_about_suicide(
        self, given: AssessmentRequest, rater: User
    ) -> None:
        sheet = posted(HAMD | {"3": 3}, assessed_on=days_ago(0).isoformat())
        page = signed_in(rater).post(at("rate", given), sheet, follow=True).content.decode()
        assert "do not leave them alone" in page and "0800 111 0 111" in page
        assert given.episode.alerts.get().item == "3"

    @pytest.mark.parametrize("opens", [3, -30])
    def test_what_is_not_due_is_as_absent(
        self, episode: TreatmentEpisode, clinician: User, rater: User, opens: int
    ) -> None:
        request = blinded(episode, clinician, due_on=days_ago(-opens))
        rating.assign_rater(by=clinician, request=request, rater=rater)
        client = signed_in(rater)
        assert client.get(at("rate", request)).status_code == 404
        assert "Nothing is waiting" in text_of(client, "/ratings/")


class TestTheTeam:
    def test_does_not_rate_and_sees_whom_it_waits_for(
        self, given: AssessmentRequest, clinician: User
    ) -> None:
        client, page = signed_in(clinician), at("patient", given.episode.patient)
        assert "waits for Rita Rater" in text_of(client, page)
        assert at("rate", given) not in client.get(page).content.decode()
        assert client.get(at("rate", given)).status_code == 403
        assert "waits for Rita Rater" in text_of(client, "/today/")

    def test_is_told_when_there_is_no_rater(self, asked: AssessmentRequest, clinician: User) -> None:
        assert rating.assign_due_ratings() == 1
        client = signed_in(clinician)
        assert "no rater is available, assign one by" in text_of(client, "/today/")
        assert at("rater-assign", asked) in client.get(at("patient", asked.episode.patient)).content.decode()

    def test_assigns_by_name_or_leaves_it_to_the_site(
        self, asked: AssessmentRequest, clinician: User, rater: User
    ) -> None:
        client, url = signed_in(clinician), at("rater-assign", asked)
        assert client.post(url, {"rater": "", "reason": ""}).status_code == 409
        assert client.post(url, {"rater": str(clinician.public_id), "reason": ""}).status_code == 400
        assert client.post(url, {"rater": str(rater.public_id), "reason": ""}).status_code == 302
        asked.refresh_from_db()
        assert asked.assigned_to == rater
        other = available("Rea Rater")
        assert client.post(url, {"rater": "", "reason": ""}).status_code == 302
        asked.refresh_from_db()
        assert asked.assigned_to == other

    def test_somebody_of_the_team_with_a_reason_can_rate(
        self, asked: AssessmentRequest, clinician: User
    ) -> None:
        client = signed_in(clinician)
        body = {"rater": str(clinician.public_id), "reason": "the only licence"}
        assert client.post(at("rater-assign", asked), body).status_code == 302
        page = client.get(at("patient", asked.episode.patient)).content.decode()
        assert at("rate", asked) in page and "the only licence" in page
        sheet = posted(HAMD, assessed_on=days_ago(0).isoformat())
        assert client.post(at("rate", asked), sheet).status_code == 302

    def test_who_gives_sessions_leaves_the_choice(self, asked: AssessmentRequest, clinician: User) -> None:
        available("Rea Rater")
        held_session(asked.episode, clinician, clinician)
        client = signed_in(clinician)
        page = text_of(client, f"/requests/{asked.public_id}/rater/")
        assert "You give sessions in this team, so you cannot name who rates" in page
        assert "Rea Rater" not in page
        client.post(f"/requests/{asked.public_id}/rater/", {"rater": "", "reason": ""})
        asked.refresh_from_db()
        assert asked.assigned_to and asked.assigned_to.name == "Rea Rater"

    def test_asks_for_a_second_rating(self, given: AssessmentRequest, clinician: User, rater: User) -> None:
        first = rated(given, rater).assessment
        client = signed_in(clinician)
        assert at("second-rating", given) in client.get(at("assessment", first)).content.decode()
        other = available("Rea Rater")
        assert client.get(at("second-rating", given)).status_code == 200
        assert client.post(at("second-rating", given)).status_code == 302
        second = AssessmentRequest.objects.get(second_of=given)
        assert second.assigned_to == other
        assert client.post(at("second-rating", given)).status_code == 409
        made = rated(second, other).assessment
        assert "counts" in text_of(client, at("assessment", made)).lower()
        assert "second rating" in text_of(client, at("patient", given.episode.patient))
        listed = client.get("/api/v1/assessments/").json()["results"]
        assert [row["id"] for row in listed] == [str(first.public_id)]

    def test_unblinds_with_two_people(self, given: AssessmentRequest, clinician: User, rater: User) -> None:
        client = signed_in(clinician)
        body = {"rater": str(rater.public_id), "reason": "an emergency"}
        assert client.post(at("unblinding-new", given.episode), body).status_code == 302
        row = Unblinding.objects.get()
        other = lead(given.episode, "Lena Lead")
        assert "Can be decided by Lena Lead" in text_of(client, at("unblinding", row))
        assert client.post(at("unblinding", row), {"decision": "approve"}).status_code == 400
        assert "a lead of the team decides" in text_of(signed_in(other), "/today/")
        assert signed_in(other).post(at("unblinding", row), {}).status_code == 400
        assert signed_in(other).post(at("unblinding", row), {"decision": "approve"}).status_code == 302
        assert "was told by Lena Lead" in text_of(client, at("patient", given.episode.patient))

    def test_a_decision_stands_on_its_page_with_who_made_it_and_why(
        self, given: AssessmentRequest, clinician: User, rater: User
    ) -> None:
        row = unblinding.ask_unblinding(
            by=clinician, episode=given.episode, rater=rater, reason="an emergency"
        )
        page = at("unblinding", row)
        names = ["Lena Lead", "Lia Lead", "Lou Lead"]
        first = [lead(given.episode, name) for name in names][0]
        assert "Can be decided by Lena Lead, Lia Lead or Lou Lead." in text_of(signed_in(clinician), page)
        refusal = {"decision": "refuse", "note": "Not needed.\r\nThe patient is well."}
        assert signed_in(first).post(page, refusal).status_code == 302
        text = text_of(signed_in(clinician), page)
        row.refresh_from_db()
        decided = timezone.localtime(row.decided_at, ZoneInfo("Europe/Berlin"))
        assert f"Decided by Lena Lead, {decided:%-d %B %Y, %H:%M}" in text
        assert "refused" in text and "Not needed. The patient is well." in text
        assert "Can be decided" not in text
        assert "stays blind, as Lena Lead decided" in text_of(
            signed_in(clinician), at("patient", given.episode.patient)
        )

    def test_nobody_is_left_to_be_told(self, episode: TreatmentEpisode, clinician: User) -> None:
        text = text_of(signed_in(clinician), at("unblinding-new", episode))
        assert "Nobody rates this patient blind." in text and "Back to the patient" in text

    def test_who_rates_although_of_the_team_is_blind_only_in_name(
        self, asked: AssessmentRequest, clinician: User
    ) -> None:
        rating.assign_rater(by=clinician, request=asked, rater=clinician, reason="the only licence")
        sheet = posted(HAMD, assessed_on=days_ago(0).isoformat())
        client = signed_in(clinician)
        client.post(at("rate", asked), sheet)
        made = Assessment.objects.get()
        assert (
            "Rater Clara Clinician, blind only in name: of the treating team, because the only licence"
            in text_of(client, at("assessment", made))
        )

    def test_a_rater_who_is_a_clinician_elsewhere_is_blind_here(
        self, given: AssessmentRequest, outsider: User, team_b: CareTeam
    ) -> None:
        both = person("Bo Both", Role.RATER, Role.CLINICIAN)
        care.add_member(by=None, team=team_b, user=both, starts_on=days_ago(9))
        rating.assign_rater(by=None, request=given, rater=both)
        for name in ("rater-assign", "second-rating"):
            assert signed_in(both).get(at(name, given)).status_code == 404
            assert signed_in(outsider).get(at(name, given)).status_code == 404
        assert signed_in(both).get(at("rate", given)).status_code == 200

    def test_anonymous_people_sign_in(self, given: AssessmentRequest) -> None:
        for name in ("rater-assign", "second-rating"):
            assert_anonymous_signs_in(at(name, given), {})
