"""What says of ratings that are called blind that they are not: every place that shows a figure of the study."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from reports.actions.studies import recompute_study
from reports.export.package import StudyFacts
from reports.export.readme import readme
from tests.cast import days_ago
from tests.markup import said
from tests.reports.clinic import rate
from tracking.models import Study, TreatmentEpisode, User
from tracking.queries.raters import raters_not_blind
from tracking.rules import protocol as protocols

pytestmark = pytest.mark.django_db
SAID = "Raters cannot be blind here."


@pytest.fixture
def began_before(episode: TreatmentEpisode, clinician: User, study: Study) -> str:
    """An episode that keeps the version that it began with; returns what that says."""
    for day, total in ((0, 24), (30, 18)):
        rate(episode, clinician, day, total)
    TreatmentEpisode.objects.filter(pk=episode.pk).update(protocol_version="1")
    recompute_study(study_id=study.pk)
    known = protocols.find("psilocybin-mdd", "1")
    assert known
    return known.raters_not_blind


def test_pages_and_interface_say_it_with_every_figure(
    began_before: str, study: Study, researcher: User, client: Client
) -> None:
    client.force_login(researcher)
    for address in (
        f"/studies/{study.key}/",
        f"/studies/{study.key}/agreement/",
        "/protocols/psilocybin-mdd/1/",
    ):
        text = said(client.get(address))
        assert f"{SAID} {began_before}" in text, address
    assert client.get(f"/api/v1/cohorts/{study.key}/").json()["raters_not_blind"] == [began_before]


def test_the_command_says_it(began_before: str, study: Study) -> None:
    for arguments in ((), ("--json",)):
        out = StringIO()
        call_command("analyse", "course", "--study", study.key, *arguments, stdout=out)
        assert began_before in out.getvalue()


def test_a_release_says_it_first(began_before: str, study: Study) -> None:
    told = tuple(raters_not_blind(TreatmentEpisode.objects.filter(study=study)))
    text = readme(StudyFacts("psilo", "Psilocybin", "", False, told), (), (), "days")
    first = " ".join(text.split("How to treat it")[0].split())
    assert f"RATERS WERE NOT BLIND, though their ratings are called so. {began_before}" in first


def test_nothing_is_said_of_the_version_of_today(
    episode: TreatmentEpisode, study: Study, researcher: User, client: Client
) -> None:
    recompute_study(study_id=study.pk)
    client.force_login(researcher)
    for address in (
        f"/studies/{study.key}/",
        f"/studies/{study.key}/agreement/",
        "/protocols/psilocybin-mdd/",
    ):
        assert SAID not in said(client.get(address))
    assert json.loads(client.get(f"/api/v1/cohorts/{study.key}/").content)["raters_not_blind"] == []
    assert episode.starts_on == days_ago(120)
