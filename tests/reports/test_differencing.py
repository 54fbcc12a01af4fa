"""A release beside the study's page, in the hands of somebody who has both: what can be worked out?"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoDbBlocker

from reports.actions import release_builds, releases
from reports.actions.studies import recompute_study
from reports.models import Release, ReleaseStatus, StudyResult
from reports.pages.study.countable import countable
from reports.pages.study.page import study_figures
from reports.plain import spoken
from tests.cast import days_ago
from tests.markup import said
from tests.reports.clinic import another_episode
from tests.reports.release_clinic import NEVER_ASKED, WITHDRAWN, Clinic, build, kept_for_the_module
from tracking.actions import people
from tracking.actions.marks import want_study
from tracking.models import Patient, ScaleScore

pytestmark = pytest.mark.django_db
POINTS = ("baseline", "week 2", "week 4", "week 6")
Rows = dict[tuple[str, str], dict[str, float]]  # totals by arm and time point, and whose


@pytest.fixture(scope="module")
def clinic(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Clinic]:
    """Forty people, whose figures are published. All but one have agreed that their rows may leave."""
    with kept_for_the_module(django_db_blocker):
        clinic = build()
        people.record_consent(
            by=clinic.clinician, patient=clinic.patients[NEVER_ASKED], kind="given", stated_on=days_ago(1)
        )
        recompute_study(study_id=clinic.study.pk)
        yield clinic


@pytest.fixture(autouse=True)
def folder(settings: object, tmp_path: Path) -> None:
    settings.RELEASES = tmp_path


def asked(clinic: Clinic, *tables: str) -> Release:
    return releases.request_release(
        by=clinic.researcher, study=clinic.study, tables=tables or ["scores"], purpose="To put side by side"
    )


def built(clinic: Clinic) -> Release:
    release = asked(clinic)
    releases.decide_release(by=clinic.steward, release=release, approve=True)
    release_builds.build_release(release_id=release.pk)
    release.refresh_from_db()
    assert release.status == ReleaseStatus.READY, release.reasons
    return release


def rows(release: Release) -> Rows:
    """Read from the package alone, as its holder would."""
    with zipfile.ZipFile(io.BytesIO(releases.release_path(release).read_bytes())) as file:
        tables = {
            name: list(csv.DictReader(file.read(f"{name}.csv").decode("utf-8-sig").splitlines()))
            for name in ("episodes", "scores")
        }
    arms = {row["study_id"]: row["arm"] for row in tables["episodes"]}
    found: Rows = {}
    for row in tables["scores"]:
        if row["scale"] == "total":
            there = found.setdefault((arms[row["study_id"]], row["time_point"]), {})
            there[row["study_id"]] = float(row["value"])
    return found


def the_missing_one(clinic: Clinic, held: Rows) -> dict[str, float]:
    """The attack: the published mean times its n, less the rows of the arm, where one row is missing of the n."""
    means = study_figures(clinic.researcher, clinic.study).results["course"].get("means", ())
    found = {}
    for mean in means:
        known = held.get((mean["arm"], mean["time"]), {})
        if mean["n"] and known and mean["n"] - len(known) == 1:
            found[mean["time"]] = mean["mean"] * mean["n"] - sum(known.values())
    return found


def true_scores(patient: Patient) -> dict[str, float]:
    scores = ScaleScore.objects.filter(assessment__episode__patient=patient, scale="total")
    return {point: float(value) for point, value in scores.values_list("assessment__time_point", "value")}


def test_unguarded_the_scores_of_one_who_did_not_agree_are_what_is_left(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That the attack is real: as it was before, every score of the one person comes out to a point."""
    page = study_figures(clinic.researcher, clinic.study)
    with monkeypatch.context() as patch:
        patch.setattr(release_builds, "_pages", lambda release: [])
        held = rows(built(clinic))
    monkeypatch.setattr("tests.reports.test_differencing.study_figures", lambda user, study: page)
    learned, truth = the_missing_one(clinic, held), true_scores(clinic.patients[WITHDRAWN])
    assert set(learned) == set(POINTS)
    assert all(abs(learned[point] - truth[point]) <= 1 for point in POINTS)


def test_guarded_the_one_is_among_eight_of_the_same_arm(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = study_figures(clinic.researcher, clinic.study)
    release = built(clinic)
    assert release.members.count() == len(clinic.patients) - 8
    arms = {arm: len(found) for (arm, time), found in rows(release).items() if time == "week 4"}
    assert sorted(arms.values()) == [12, 20]
    monkeypatch.setattr("tests.reports.test_differencing.study_figures", lambda user, study: page)
    assert the_missing_one(clinic, rows(release)) == {}
    left_out = release.manifest["patients_left_out"]
    assert left_out["waiting, so that no earlier release and no page of the study tells them apart"] == "7"


def test_the_page_is_closed_to_whoever_has_the_rows_of_all_but_a_few(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was published after a release is met by the one door: it knows who holds which rows."""
    monkeypatch.setattr(release_builds, "_pages", lambda release: [])
    assert "means" in study_figures(clinic.researcher, clinic.study).results["course"]
    built(clinic)
    course = study_figures(clinic.researcher, clinic.study).results["course"]
    assert course["refused"].startswith("Withheld: you have the rows of all but fewer than 8")
    assert "means" in study_figures(clinic.steward, clinic.study).results["course"]  # who has no rows


def test_figures_published_while_it_is_built_send_it_back(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = asked(clinic)
    releases.decide_release(by=clinic.steward, release=release, approve=True)
    before, calls = release_builds._pages, []

    def none_at_first(which: Release) -> list:
        calls.append(which)
        return [] if len(calls) == 1 else before(which)

    monkeypatch.setattr(release_builds, "_pages", none_at_first)
    release_builds.build_release(release_id=release.pk)
    release.refresh_from_db()
    assert release.status == ReleaseStatus.APPROVED
    assert release.reasons == ["It could not be built (Overtaken). It will be tried again."]


def test_whoever_all_agreed_leaves_nobody_out(clinic: Clinic) -> None:
    people.record_consent(
        by=clinic.clinician, patient=clinic.patients[WITHDRAWN], kind="given", stated_on=days_ago(0)
    )
    assert built(clinic).members.count() == len(clinic.patients)


def test_newcomers_wait_until_the_page_counts_them(clinic: Clinic) -> None:
    """One who joined since the figures were published stands alone beside them, as beside an earlier release."""
    people.record_consent(
        by=clinic.clinician, patient=clinic.patients[WITHDRAWN], kind="given", stated_on=days_ago(0)
    )
    new = another_episode(clinic.patients[0].team, clinic.clinician, clinic.study, arm="psilocybin").patient
    people.record_consent(by=clinic.clinician, patient=new, kind="given", stated_on=days_ago(0))
    want_study(study=clinic.study)
    recompute_study(study_id=clinic.study.pk)
    assert not built(clinic).members.filter(patient=new).exists()


def test_the_approval_names_each_withheld_figure_that_the_rows_give(clinic: Clinic) -> None:
    """Counted from the package by the definition of the page, each is the figure that the page withholds."""
    people.record_consent(
        by=clinic.clinician, patient=clinic.patients[WITHDRAWN], kind="given", stated_on=days_ago(0)
    )
    exact = spoken(StudyResult.objects.get(study=clinic.study, analysis="course").result)
    told = study_figures(clinic.researcher, clinic.study).results["course"]
    named = countable(clinic.study, ["scores"])
    withheld = [
        (criterion["key"], arm, rate["met"])
        for criterion, safe in zip(exact["rates"], told["rates"], strict=True)
        for arm, rate in criterion["by_arm"].items()
        if safe["by_arm"][arm] is None
    ]
    assert withheld, "the simulated study has small groups"
    held = rows(built(clinic))
    for arm in ("psilocybin", "escitalopram"):
        first, last = held[arm, "baseline"], held[arm, "week 4"]
        responded = sum(last[each] <= first[each] / 2 for each in last)
        assert ("response", arm, responded) in withheld
    for criterion in exact["rates"]:
        for arm in criterion["by_arm"]:
            is_named = f"{criterion['definition']}: {arm}" in named
            assert is_named == ((criterion["key"], arm) in {(key, one) for key, one, met in withheld})


def test_without_scores_nothing_of_the_page_can_be_counted(clinic: Clinic) -> None:
    assert countable(clinic.study, ["episodes", "sessions"]) == []


def test_the_page_of_approval_says_how_many_and_what_to_weigh(clinic: Clinic) -> None:
    release, client = asked(clinic), Client()
    client.force_login(clinic.steward)
    page = said(client.get(reverse("release", args=[release.public_id])))
    n = len(countable(clinic.study, ["scores"]))
    assert n and f"Its rows let {n} figures be counted that the study's page withholds" in page
    assert "Approve only if they stay with whoever works with the rows" in page
    with translation.override("de"):
        assert countable(clinic.study, ["scores"])
