"""What the API shows, to whom, and what of it is logged."""

from __future__ import annotations

import uuid

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from rest_framework.test import APIRequestFactory, force_authenticate

from measures import registry
from tests.api import ROOT, Api
from tests.cast import days_ago, identity_in, person
from tests.reports.clinic import answers_for, rate
from tests.second_factor import with_app
from tests.tracking.definitions import CHECK_IN
from tracking.actions import care, people, safety, scheduling
from tracking.actions.library import publish_instrument
from tracking.api.views import PatientDoor
from tracking.models import Patient, ReadEvent, Site, TreatmentEpisode, User
from tracking.vocabulary import Role


def test_a_clinician_reads_the_own_patients_under_study_codes(
    clinician: User, patient: Patient, episode: TreatmentEpisode
) -> None:
    rate(episode, clinician, 0, 20)
    api = Api(clinician)
    everything = ""
    for path in ("patients/", "episodes/", "requests/", "assessments/"):
        answer = api.get(path)
        assert answer.status_code == 200
        everything += answer.content.decode()
    assert patient.study_code in everything
    assert identity_in(everything) == []


def test_a_door_that_shows_patients_without_pages_is_shut(clinician: User, patient: Patient) -> None:
    class Unpaged(PatientDoor):
        pagination_class = None

    request = APIRequestFactory().get("/")
    force_authenticate(request, clinician)
    with pytest.raises(ImproperlyConfigured, match="logged"):
        Unpaged.as_view({"get": "list"})(request)


def test_an_assessment_comes_with_scores_bands_and_what_is_missing(
    clinician: User, episode: TreatmentEpisode
) -> None:
    stored = rate(episode, clinician, 0, 20, "phq9")
    shown = Api(clinician).get(f"assessments/{stored.public_id}/").json()
    total = next(score for score in shown["scores"] if score["scale"] == "total")
    assert (total["value"], total["band"], total["items_missing"]) == (20, "severe", 0)
    assert shown["episode"] == str(episode.public_id)
    assert shown["source"] == "clinician_entered"
    assert shown["superseded_by"] is None


def test_an_unanswered_item_leaves_the_score_empty(clinician: User, episode: TreatmentEpisode) -> None:
    stored = rate(episode, clinician, 0, None, "phq9")
    shown = Api(clinician).get(f"assessments/{stored.public_id}/").json()
    total = next(score for score in shown["scores"] if score["scale"] == "total")
    assert (total["value"], total["prorated"], total["items_missing"]) == (None, None, 9)
    assert [(alert["item"], alert["state"]) for alert in shown["alerts"]] == [("9", "unanswered")]


def test_the_list_has_the_latest_versions_and_an_old_one_is_found_by_its_id(
    clinician: User, episode: TreatmentEpisode
) -> None:
    first = rate(episode, clinician, 0, 20)
    api = Api(clinician)
    answers = answers_for(registry.get("hamd17"), "total", 12)
    second = api.post(
        f"assessments/{first.public_id}/correct/", {"answers": answers, "reason": "misread"}
    ).json()
    assert [row["id"] for row in api.get("assessments/").json()["results"]] == [second["id"]]
    assert api.get(f"assessments/{first.public_id}/").json()["superseded_by"] == second["id"]


def test_filters_and_orders_choose_among_the_visible_rows(clinician: User, episode: TreatmentEpisode) -> None:
    for day, total in ((0, 20), (7, 15), (14, 9)):
        rate(episode, clinician, day, total)
    rate(episode, clinician, 14, 12, "phq9")
    api = Api(clinician)

    def days(**parameters: str) -> list[str]:
        return [row["assessed_on"] for row in api.get("assessments/", **parameters).json()["results"]]

    assert days(instrument="hamd17", ordering="-assessed_on") == sorted(
        days(instrument="hamd17"), reverse=True
    )
    assert len(days(instrument="hamd17")) == 3
    assert days(assessed_from=str(days_ago(113)), assessed_to=str(days_ago(113))) == [str(days_ago(113))]
    assert len(days(patient=str(episode.patient.public_id))) == 4
    assert days(patient=str(uuid.uuid4())) == []


@pytest.mark.parametrize(
    "parameters",
    [
        {"ordering": "patient__identity__date_of_birth"},
        {"ordering": "answers"},
        {"patient__identity__family_name__startswith": "P"},
        {"search": "Petra"},
        {"episode__arm": "psilocybin"},
        {"answers__9": "3"},
        {"format": "api"},
        {"page_size": "201"},
        {"page_size": "0"},
        {"page_size": "all"},
        {"page_size": "²"},
        {"patient": "1"},
        {"assessed_from": "yesterday"},
        {"instrument": "a\0b"},
    ],
)
def test_no_other_parameter_reaches_a_query(
    clinician: User, episode: TreatmentEpisode, parameters: dict[str, str]
) -> None:
    answer = Api(clinician).get("assessments/", **parameters)
    assert answer.status_code == 400
    assert set(answer.json()) == set(parameters)


def test_a_page_has_as_many_rows_as_asked_for(clinician: User, episode: TreatmentEpisode) -> None:
    for day in range(3):
        rate(episode, clinician, day, 20)
    page = Api(clinician).get("assessments/", page_size="2").json()
    assert (page["count"], len(page["results"])) == (3, 2)
    assert "page=2" in page["next"]
    assert Api(clinician).get("assessments/", page_size="2", page="2").json()["results"]
    assert Api(clinician).get("assessments/", page="99").status_code == 404


@pytest.mark.parametrize("path", ["patients", "episodes", "assessments", "requests"])
def test_each_patient_that_is_shown_is_in_the_read_log(
    clinician: User, episode: TreatmentEpisode, path: str
) -> None:
    for day in (0, 7):
        rate(episode, clinician, day, 20)
    scheduling.create_request(by=clinician, episode=episode, instrument="phq9", due_on=days_ago(0))
    assert Api(clinician).get(f"{path}/").json()["results"]
    logged = ReadEvent.objects.filter(page=f"api-{path}", actor=clinician.public_id)
    assert [event.patient for event in logged] == [episode.patient.public_id]


def test_reading_one_is_logged_before_it_is_shown(
    clinician: User, episode: TreatmentEpisode, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = Api(clinician)
    monkeypatch.setattr("tracking.api.doors.record_reads", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        api.get(f"episodes/{episode.public_id}/")


def test_a_rater_sees_the_own_rating_and_nothing_that_could_unblind(
    clinician: User, rater: User, episode: TreatmentEpisode
) -> None:
    rate(episode, clinician, 0, 21, "phq9")
    asked = scheduling.create_request(
        by=clinician,
        episode=episode,
        instrument="hamd17",
        due_on=days_ago(0),
        time_point="week-4",
        assigned_to=rater,
    )
    api = Api(rater)
    due = api.get("ratings/due/").json()["results"]
    assert due == [
        {
            "id": str(asked.public_id),
            "study_code": episode.patient.study_code,
            "instrument": "hamd17",
            "version": "1",
        }
    ]
    body = {
        "submission_id": str(uuid.uuid4()),
        "request": due[0]["id"],
        "answers": answers_for(registry.get("hamd17"), "total", 17),
        "assessed_on": str(days_ago(0)),
    }
    made = api.post("ratings/", body)
    assert made.status_code == 201
    seen = made.content + api.get("ratings/").content + api.get("ratings/due/").content
    hidden = [
        "psilocybin",
        "mdd",
        "week-4",
        "phq9",
        "alert",
        *map(str, (episode.public_id, episode.patient.public_id)),
    ]
    assert [word for word in hidden if word in seen.decode()] == []
    assert len(api.get("ratings/").json()["results"]) == 1


def test_the_correction_of_another_is_not_shown_to_the_rater(
    clinician: User, rater: User, episode: TreatmentEpisode
) -> None:
    asked = scheduling.create_request(
        by=clinician, episode=episode, instrument="hamd17", due_on=days_ago(0), assigned_to=rater
    )
    answers = answers_for(registry.get("hamd17"), "total", 17)
    body = {
        "submission_id": str(uuid.uuid4()),
        "request": str(asked.public_id),
        "answers": answers,
        "assessed_on": str(days_ago(0)),
    }
    made = Api(rater).post("ratings/", body).json()
    corrected = Api(clinician).post(
        f"assessments/{made['id']}/correct/", {"answers": answers, "reason": "told of the dose"}
    )
    assert corrected.status_code == 201
    assert "told of the dose" not in Api(rater).get("ratings/").content.decode()
    assert Api(rater).get(f"ratings/{corrected.json()['id']}/").status_code == 404


def test_what_was_answered_as_a_patient_stays_out_of_the_caseload(
    clinician: User, episode: TreatmentEpisode, patient_user: User, outsider: User
) -> None:
    people.grant_role(by=None, user=patient_user, role=Role.CLINICIAN, starts_on=days_ago(1))
    with_app(patient_user)
    assert Api(patient_user).get("assessments/").json()["results"] == []
    assert Api(patient_user).get("patients/").json()["results"] == []


def test_an_alert_stands_beside_its_assessment(clinician: User, episode: TreatmentEpisode) -> None:
    stored = rate(episode, clinician, 0, 0, "phq9", **{"9": 2})
    safety.acknowledge_alert(by=clinician, alert=stored.alerts.get())
    alert = Api(clinician).get(f"assessments/{stored.public_id}/").json()["alerts"][0]
    assert (alert["item"], alert["state"], alert["status"]) == ("9", "endorsed", "acknowledged")


def test_instruments_come_with_their_rules_and_rights(researcher: User) -> None:
    api = Api(researcher)
    listed = {one["key"]: one for one in api.get("instruments/").json()["results"]}
    assert {"hamd17", "phq9", "caps5", "meq30", "wai_sr"} <= set(listed)
    phq9 = api.get("instruments/phq9/").json()
    assert phq9["rights"]["wording"] == "verbatim"
    assert [band["key"] for band in phq9["scales"][0]["band_sets"][0]["bands"]][-1] == "severe"
    assert [item["code"] for item in phq9["items"] if item["is_critical"]] == ["9"]
    assert api.get("instruments/meq30/").json()["rights"]["wording"] == "site"
    assert api.get(f"instruments/phq9/{phq9['version']}/").json() == phq9
    assert api.get("instruments/phq9/99/").status_code == 404
    assert api.get("instruments/none/").status_code == 404


def test_skips_levels_and_reversed_items_are_told(researcher: User) -> None:
    api = Api(researcher)
    screener = api.get("instruments/cssrs_screener/").json()
    assert [skip["items"] for skip in screener["skips"]] == [["3", "4", "5"], ["6r"]]
    assert [step["key"] for step in screener["levels"][0]["steps"]] == ["low", "moderate", "high"]
    reversed_items = [
        item["code"] for item in api.get("instruments/wai_s/").json()["items"] if item["reverse"]
    ]
    assert reversed_items == ["4", "10"]
    domains = api.get("instruments/qids_sr16/").json()["scales"][0]["groups"]
    assert ["1", "2", "3", "4"] in domains
    missing = api.get("instruments/phq9/").json()["scales"][0]["missing"]
    assert (missing["policy"], missing["up_to"]) == ("prorate_unless_critical", 2)
    assert missing["source"]["confidence"] == "medium"
    assert {item["unit"] for item in api.get("instruments/vital_signs/").json()["items"]} >= {"mmHg", "°C"}


def test_a_sites_own_instruments_are_among_them_at_that_site_alone(administrator: User, site: Site) -> None:
    publish_instrument(by=administrator, site=site, definition=CHECK_IN)
    south = care.create_site(by=None, key="south", name="South", timezone="UTC", crisis_contacts="112")
    here, there = Api(administrator), Api(person("Sue South", Role.CLINICIAN, site=south))
    assert "check_in" in {one["key"] for one in here.get("instruments/").json()["results"]}
    assert here.get("instruments/check_in/1/").json()["title"] == "Check-in after the session"
    assert "check_in" not in {one["key"] for one in there.get("instruments/").json()["results"]}
    assert there.get("instruments/check_in/").status_code == 404


def test_tokens_are_not_guessed_without_end(api: Api) -> None:
    """As many wrong ones as a clinic may mistype; the right one is heard all the while."""
    guess = Client()
    said = [guess.get(f"{ROOT}patients/", headers={"Authorization": f"Token {n:064x}"}) for n in range(32)]
    assert [answer.status_code for answer in said] == [401] * 30 + [429] * 2
    assert api.get("patients/").status_code == 200
