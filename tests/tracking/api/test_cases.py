"""Responses as another system sent them (``tests/data/cases``)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.api import Api
from tests.cast import days_ago
from tests.tracking.fhir_posts import NEW, post
from tracking.models import Assessment, ScaleScore, TreatmentEpisode

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]
CASES = Path(__file__).parents[2] / "data" / "cases"
DAY = days_ago(3).isoformat()


def case(name: str, episode: TreatmentEpisode) -> Any:
    text = (CASES / name / "input.json").read_text()
    for before, after in (
        ("STUDYCODE", episode.patient.study_code),
        ("EPISODE", str(episode.public_id)),
        ("2026-11-15", DAY),
        ("2026-11-16", DAY),
    ):
        text = text.replace(before, after)
    return json.loads(text)


def totals() -> list[float | None]:
    rows = ScaleScore.objects.filter(scale="total").order_by("pk")
    return list(rows.values_list("value", flat=True))


class TestAmended:
    def test_it_corrects_what_was_sent_before(self, api: Api, episode: TreatmentEpisode) -> None:
        first, second = case("fhir-amended", episode)
        assert [post(api, NEW, one).status_code for one in (first, second)] == [201, 201]
        old, new = Assessment.objects.order_by("pk")
        assert (new.supersedes, new.correction_reason) == (old, "amended by the sender")
        assert totals() == [0, 9]

    def test_sent_again_it_changes_nothing(self, api: Api, episode: TreatmentEpisode) -> None:
        first, second = case("fhir-amended", episode)
        answers = [post(api, NEW, one) for one in (first, second, second)]
        assert [one.status_code for one in answers] == [201, 201, 200]
        assert answers[1].headers["Location"] == answers[2].headers["Location"]
        assert Assessment.objects.count() == 2

    def test_it_can_be_amended_once_more(self, api: Api, episode: TreatmentEpisode) -> None:
        first, second = case("fhir-amended", episode)
        third = json.loads(json.dumps(second))
        third["item"][0]["answer"][0]["valueCoding"]["code"] = "3"
        assert [post(api, NEW, one).status_code for one in (first, second, third)] == [201, 201, 201]
        assert totals() == [0, 9, 11]

    def test_completed_again_with_other_answers_is_still_refused(
        self, api: Api, episode: TreatmentEpisode
    ) -> None:
        first, second = case("fhir-amended", episode)
        assert post(api, NEW, first).status_code == 201
        assert post(api, NEW, second | {"status": "completed"}).status_code == 409
        assert totals() == [0]

    def test_with_nothing_before_it_is_the_first(self, api: Api, episode: TreatmentEpisode) -> None:
        _, second = case("fhir-amended", episode)
        assert post(api, NEW, second).status_code == 201
        assert Assessment.objects.get().supersedes is None


@pytest.mark.parametrize(("name", "item"), [("nested", "g"), ("integers", "1"), ("renamed", "phq9-1")])
def test_what_does_not_fit_is_refused_by_its_item(
    api: Api, episode: TreatmentEpisode, name: str, item: str
) -> None:
    answer = post(api, NEW, case("fhir-refused", episode)[name])
    assert answer.status_code == 400
    assert item in answer.json()["issue"][0]["diagnostics"]
    assert not Assessment.objects.exists()
