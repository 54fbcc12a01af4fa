"""The examples of the documentation, run as they stand there."""

from __future__ import annotations

import json
import re
import shlex
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from tests.cast import days_ago
from tests.reports.clinic import rate
from tracking.actions.tokens import create_token
from tracking.models import Assessment, TreatmentEpisode, User

TEXT = (Path(__file__).parents[3] / "docs" / "api.md").read_text()
SITE = "http://testserver"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def curl(command: str) -> Any:
    """Does what curl would do with these arguments."""
    words = iter(shlex.split(command.replace("\\\n", " "))[1:])
    method, address, headers, data = "GET", "", {}, ""
    for word in words:
        match word:
            case "-s":
                pass
            case "-X":
                method = next(words)
            case "-H":
                name, value = next(words).split(": ", 1)
                headers[name] = value
            case "-d":
                data = next(words)
            case _:
                address = word
    kind = headers.pop("Content-Type", "application/octet-stream")
    return Client().generic(method, address.removeprefix(SITE), data, content_type=kind, headers=headers)


def filled(command: str, **values: str) -> str:
    for name, value in values.items():
        command = command.replace(name, value)
    return command


@pytest.fixture
def token(clinician: User) -> str:
    return create_token(by=clinician)[1]


def test_the_first_request_works(token: str, episode: TreatmentEpisode) -> None:
    command = blocks("sh")[0].splitlines()[1]
    answer = curl(filled(command, **{"$THROUGHLINE": SITE, "$TOKEN": token}))
    assert [row["study_code"] for row in answer.json()["results"]] == [episode.patient.study_code]


def test_the_submission_works_and_may_be_sent_again(token: str, episode: TreatmentEpisode) -> None:
    values = {
        "$THROUGHLINE": SITE,
        "$TOKEN": token,
        "EPISODE": str(episode.public_id),
        "DAY": str(days_ago(1)),
    }
    command = filled(blocks("sh")[1], **values)
    first, again = curl(command), curl(command)
    assert (first.status_code, again.status_code) == (201, 200)
    assert [(alert["item"], alert["state"]) for alert in first.json()["alerts"]] == [("9", "unanswered")]
    assert Assessment.objects.get().answers["9"] is None


def test_the_response_in_fhir_works(token: str, episode: TreatmentEpisode) -> None:
    values = {
        "$THROUGHLINE": SITE,
        "$TOKEN": token,
        "STUDYCODE": episode.patient.study_code,
        "EPISODE": str(episode.public_id),
        "DAY": str(days_ago(1)),
    }
    issues = curl(filled(blocks("sh")[2], **values)).json()["issue"]
    assert [issue["severity"] for issue in issues] == ["information", "warning"]
    stored = Assessment.objects.get()
    assert (stored.answers["1"], stored.answers["9"]) == (2, None)


def test_the_pandas_example_reads_all_pages(
    token: str, clinician: User, episode: TreatmentEpisode, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day, total in ((0, 20), (7, 12), (14, 4)):
        rate(episode, clinician, day, total, "phq9")
    monkeypatch.setenv("THROUGHLINE", SITE)
    monkeypatch.setenv("TOKEN", token)
    monkeypatch.setattr("tracking.api.pagination.Pages.page_size", 2)
    monkeypatch.setitem(sys.modules, "requests", _requests())
    found: dict[str, Any] = {}
    exec(compile(blocks("python")[0], "docs/api.md", "exec"), found)  # noqa: S102
    assert found["totals"]["value"].tolist() == [20, 12, 4]
    assert found["totals"]["band"].tolist() == ["severe", "moderate", "minimal"]


def _requests() -> ModuleType:
    """The one function of the requests library that the example uses, on the test client."""

    def get(url: str, params: dict, headers: dict, timeout: int) -> SimpleNamespace:
        answer = Client().get(url.removeprefix(SITE), params, headers=headers)
        assert answer.status_code == 200
        return SimpleNamespace(json=answer.json, raise_for_status=lambda: None)

    module = ModuleType("requests")
    module.get = get
    return module


def test_every_address_in_the_documentation_is_in_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--format", "openapi-json")
    described = {path.removeprefix("/api/v1/") for path in json.loads(capsys.readouterr().out)["paths"]}
    table = TEXT.split("## Sign in")[0]
    named = set(re.findall(r"`(?:POST …/)?([A-Za-z_{}]*/[A-Za-z_{}/]*)`", table)) - {
        "{id}/correct/",
        "{id}/decide/",
        "{id}/download/",
    }
    assert named <= described | {"/api/v1/"}
    assert {path.split("/")[0] for path in described} == {
        name.split("/")[0] for name in named if name[0] != "/"
    }
