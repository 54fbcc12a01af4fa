"""What is read in FHIR: the same rows as at the JSON doors, and never a name."""

from __future__ import annotations

import subprocess
import sys
import uuid

import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.questionnaire import Questionnaire
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

from measures import registry
from measures.fhir.observation import totals_of
from measures.fhir.questionnaire import questionnaire
from measures.fhir.resource import as_json
from measures.fhir.response import answers_of
from tests.api import Api
from tests.cast import CRISIS, days_ago, identity_in, person
from tests.reports.clinic import rate
from tests.tracking.answers import CAPS, PHQ9, recorded
from tests.tracking.definitions import published
from tests.tracking.fhir_posts import (
    TYPE,
    post,
    rows,
    said,
)
from tracking.actions import assessments, care, totals
from tracking.models import (
    Assessment,
    CareTeam,
    ReadEvent,
    TreatmentEpisode,
    User,
)
from tracking.vocabulary import Role


def test_an_instrument_is_read_as_a_questionnaire(researcher: User) -> None:
    answer = Api(researcher).get("fhir/Questionnaire/qids-sr16")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, TYPE)
    assert answer.json() == as_json(questionnaire(registry.get("qids_sr16")))
    Questionnaire.model_validate(answer.json())
    version = registry.get("qids_sr16").version
    assert Api(researcher).get(f"fhir/Questionnaire/qids-sr16/_history/{version}").json() == answer.json()


@pytest.mark.parametrize("path", ["none", "phq9/_history/99", "bdi2", "PHQ9"])
def test_what_is_no_questionnaire_is_not_found(researcher: User, path: str) -> None:
    answer = Api(researcher).get(f"fhir/Questionnaire/{path}")
    assert answer.status_code == 404
    assert answer.json()["issue"][0]["code"] == "not-found"
    assert len(said(answer)) == 1


def test_a_sites_own_instrument_is_read_at_that_site(clinician: User, team_a: CareTeam) -> None:
    own = published(team_a.site)
    south = care.create_site(by=None, key="south", name="South", timezone="UTC", crisis_contacts=CRISIS)
    path = f"fhir/Questionnaire/{own.key.replace('_', '-')}"
    assert Api(clinician).get(path).json()["version"] == own.version
    assert Api(person("Sam South", Role.RESEARCHER, site=south)).get(path).status_code == 404


def test_whoever_asks_for_plain_json_gets_it(researcher: User) -> None:
    api = Api(researcher)
    api.headers["Accept"] = "application/json"
    answer = api.get("fhir/Questionnaire/phq9")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    api.headers["Accept"] = "application/fhir+xml"
    assert api.get("fhir/Questionnaire/phq9").status_code == 406


def test_a_draft_is_made_and_nothing_is_stored(administrator: User) -> None:
    api = Api(administrator)
    before = rows()
    answer = post(api, "fhir/Questionnaire", as_json(questionnaire(registry.get("gad7"))))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/toml; charset=utf-8"
    assert 'key = "gad7"' in answer.content.decode() and "undecided = [" in answer.content.decode()
    assert rows() == before


def test_a_draft_that_cannot_be_made_names_the_item(administrator: User) -> None:
    body = as_json(questionnaire(registry.get("gad7")))
    body["item"][1]["type"] = "open-choice"
    answer = post(Api(administrator), "fhir/Questionnaire", body)
    assert answer.status_code == 400
    assert said(answer) == ["item 1: is of a type that cannot be taken: open-choice."]


def test_answers_are_read_as_they_were_given_under_a_study_code(
    clinician: User, episode: TreatmentEpisode
) -> None:
    stored = recorded(episode, None, "phq9", PHQ9 | {"9": None}).assessment
    answer = Api(clinician).get(f"fhir/QuestionnaireResponse/{stored.public_id}")
    QuestionnaireResponse.model_validate(answer.json())
    assert answers_of(registry.get("phq9"), answer.json()) == stored.answers
    assert answer.json()["subject"]["identifier"]["value"] == episode.patient.study_code
    assert answer.json()["meta"]["tag"][0]["code"] == "verbatim"


def test_no_name_leaves_by_any_door(clinician: User, episode: TreatmentEpisode) -> None:
    stored = recorded(episode, clinician, "caps5", CAPS).assessment
    api = Api(clinician)
    seen = api.get(f"fhir/QuestionnaireResponse/{stored.public_id}").content.decode()
    seen += api.get("fhir/Observation", assessment=str(stored.public_id)).content.decode()
    assert episode.patient.study_code in seen
    assert identity_in(seen) == []
    assert clinician.name not in seen and clinician.email not in seen


def test_scores_are_read_as_observations(clinician: User, episode: TreatmentEpisode) -> None:
    stored = rate(episode, clinician, 0, 20, "phq9")
    answer = Api(clinician).get("fhir/Observation", assessment=str(stored.public_id))
    bundle = answer.json()
    Bundle.model_validate(bundle)
    resources = [entry["resource"] for entry in bundle["entry"]]
    assert bundle["total"] == len(resources) == stored.scores.count()
    assert totals_of(registry.get("phq9"), resources)["total"] == 20
    assert resources[0]["interpretation"][0]["coding"][0]["code"] == "severe"


def test_a_total_that_was_recorded_without_items_is_an_observation_and_no_response(
    clinician: User, episode: TreatmentEpisode
) -> None:
    bdi = registry.get("bdi2")
    stored = totals.record_total(
        by=clinician,
        episode=episode,
        instrument=bdi,
        totals={"total": 31},
        assessed_on=days_ago(1),
        submission_id=uuid.uuid4(),
    ).assessment
    bundle = Api(clinician).get("fhir/Observation", assessment=str(stored.public_id)).json()
    (resource,) = [entry["resource"] for entry in bundle["entry"]]
    assert totals_of(bdi, [resource]) == {"total": 31}
    assert resource["method"]["text"].startswith("The total as it was entered")
    assert Api(clinician).get(f"fhir/QuestionnaireResponse/{stored.public_id}").status_code == 404


def test_a_corrected_version_and_the_one_before_say_so(clinician: User, episode: TreatmentEpisode) -> None:
    first = recorded(episode, None, "phq9", PHQ9).assessment
    second = assessments.correct_assessment(
        by=clinician, assessment=first, answers=PHQ9 | {"1": 0}, reason="misread"
    ).assessment

    def status(of: Assessment) -> tuple[str, str]:
        api = Api(clinician)
        answers = api.get(f"fhir/QuestionnaireResponse/{of.public_id}").json()
        scores = api.get("fhir/Observation", assessment=str(of.public_id)).json()
        return answers["status"], scores["entry"][0]["resource"]["status"]

    assert status(first) == ("entered-in-error", "entered-in-error")
    assert status(second) == ("amended", "corrected")


def test_reading_is_logged_and_others_see_nothing(
    clinician: User, outsider: User, episode: TreatmentEpisode
) -> None:
    stored = recorded(episode, None, "phq9", PHQ9).assessment
    paths = [
        (f"fhir/QuestionnaireResponse/{stored.public_id}", {}),
        ("fhir/Observation", {"assessment": str(stored.public_id)}),
    ]
    for path, parameters in paths:
        assert Api(clinician).get(path, **parameters).status_code == 200
        seen = Api(outsider).get(path, **parameters)
        absent = path.replace(str(stored.public_id), str(uuid.uuid4()))
        none = Api(outsider).get(absent, **{name: str(uuid.uuid4()) for name in parameters})
        assert (seen.status_code, seen.content) == (404, none.content)
    pages = ReadEvent.objects.filter(patient=episode.patient.public_id).values_list("page", "actor")
    assert sorted(pages) == [
        ("api-fhir-observations", clinician.public_id),
        ("api-fhir-responses", clinician.public_id),
    ]


@pytest.mark.parametrize(
    "parameters", [{}, {"assessment": "1"}, {"assessment": ""}, {"patient": "TL-1"}, {"_count": "5"}]
)
def test_observations_are_asked_for_by_assessment(clinician: User, parameters: dict[str, str]) -> None:
    answer = Api(clinician).get("fhir/Observation", **parameters)
    assert answer.status_code == 400
    assert said(answer)


def test_a_worker_starts_without_the_models_of_fhir() -> None:
    """They take a third of a second to import: only an address of the API needs them."""
    program = (
        "import os, sys, django;"
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings';"
        "django.setup();"
        "import config.celery, tracking.tasks, reports.tasks, measures.__main__;"
        "sys.exit(any(name.startswith(('fhir.', 'pydantic')) for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
