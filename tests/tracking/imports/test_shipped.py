"""The shipped data sets, imported for real and counted again by other means."""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from measures import registry
from tracking.imports.planning.plan import Plan
from tracking.imports.planning.planner import make_plan
from tracking.imports.reading.problems import Problems
from tracking.imports.reading.read import read_rows
from tracking.imports.reading.spec_loader import FOLDER, load
from tracking.imports.writing.store import Imported, Source, import_scores
from tracking.models import Assessment, OutcomeResult, SafetyAlert, ScaleScore, Study, TreatmentEpisode
from tracking.rules.policies.instruments import instrument_of

pytestmark = pytest.mark.django_db

DATA = FOLDER.parent / "data"
REFERENCE = Path(__file__).parents[2] / "data" / "reference"


def imported(name: str, study: str = "published") -> tuple[Imported, Plan]:
    spec, data, problems = load(FOLDER / f"{name}.toml"), (DATA / f"{name}.csv").read_bytes(), Problems()
    plan = make_plan(spec, read_rows(data, spec.file, spec.columns, problems), problems)
    source = Source(f"{name}.csv", hashlib.sha256(data).hexdigest())
    return import_scores(by=None, study=study, spec=spec, plan=plan, source=source), plan


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def reference(name: str) -> dict[str, Any]:
    return json.loads((REFERENCE / f"{name}.json").read_text())


def stored(instrument: str, scale: str = "total") -> list[tuple[str, str, int, float | None]]:
    """What the database holds: source id, time point, day and value of each score."""
    scores = ScaleScore.objects.filter(assessment__instrument=instrument, scale=scale).select_related(
        "assessment__episode__imported_from"
    )
    return [
        (
            one.assessment.episode.imported_from.source_id,
            one.assessment.time_point,
            (one.assessment.assessed_on - one.assessment.episode.starts_on).days,
            one.value,
        )
        for one in scores
    ]


def written(name: str, column: str, **where: str) -> Counter[tuple[str, ...]]:
    """The filled cells of a column by id and value, read without the importer."""
    return Counter(
        (row["id"], row[column])
        for row in rows(name)
        if row[column] and all(row[key] == value for key, value in where.items())
    )


def test_claus2020_items() -> None:
    result, plan = imported("claus2020_items")
    assert (result.patients_new, result.assessments_new) == (43, 164)
    expected = reference("claus2020_items")["scoring"]["hamd"]
    found = [
        {
            "id": int(one.assessment.source_id),
            "time": int(one.assessment.when.name.removeprefix("occasion ")),
            "sum": one.score,
            "total": one.entered,
        }
        for one in plan.mismatches
    ]
    assert found == expected["mismatch_rows"]
    means = defaultdict(list)
    for _, time_point, _, value in stored("hamd17"):
        means[time_point].append(value)
    for time in (2, 3, 4):  # the reference means are of the entered totals
        values = means[f"occasion {time}"]
        entered = expected["mean_total_by_time"][str(time)] * len(values)
        off = sum(row["total"] - row["sum"] for row in expected["mismatch_rows"] if row["time"] == time)
        assert sum(values) + off == pytest.approx(entered)
    # One answer of the first occasion is impossible, so one total of it cannot be known.
    assert means["occasion 1"].count(None) == 1


def test_a_mismatch_keeps_both_and_scores_the_items() -> None:
    imported("claus2020_items")
    assessment = Assessment.objects.get(entered_totals={"total": 24}, scores__scale="total", scores__value=23)
    row = next(row for row in rows("claus2020_items") if (row["id"], row["time"]) == ("5", "2"))
    assert assessment.answers == {str(n): int(row[f"hamd_{n}"]) for n in range(1, 18)}
    assert (assessment.source, assessment.wording) == ("imported", "imported")
    (batch,) = assessment.episode.study.imports.all()
    assert [entry["line"] for entry in batch.mismatches] == [19, 33, 132, 153]


def test_claus2020_totals() -> None:
    result, _ = imported("claus2020_totals")
    assert (result.patients_new, result.assessments_new) == (43, 652)
    for instrument, column in (("hamd17", "hamd"), ("bdi2", "bdi"), ("shaps", "shaps"), ("who5", "who")):
        # The file has the raw score of the WHO-5; its total is an index, four times that.
        scale = "raw" if instrument == "who5" else "total"
        in_database = Counter((key, f"{value:g}") for key, _, _, value in stored(instrument, scale))
        assert in_database == written("claus2020_totals", column)
    hamd = ScaleScore.objects.filter(assessment__instrument="hamd17").first()
    assert (hamd.items_answered, hamd.items_missing, hamd.assessment.answers) == (0, 0, {})
    assert hamd.assessment.wording == "score-only"


def responses(instrument: str) -> dict[str, int]:
    """Patients per arm whose score at week 6 is at most half of that at baseline."""
    arms = {one.imported_from.source_id: one.arm for one in TreatmentEpisode.objects.all()}
    scores = {(key, time_point): value for key, time_point, _, value in stored(instrument)}
    counts: Counter[str] = Counter()
    for key, arm in arms.items():
        before, after = scores[key, "baseline"], scores.get((key, "week 6"))
        counts[arm] += after is not None and after <= before / 2
    return dict(counts)


def test_psilodep2() -> None:
    result, _ = imported("psilodep2_scores")
    assert (result.patients_new, result.assessments_new) == (59, 1041)
    for scale, instrument in (("hamd", "hamd17"), ("qids", "qids_sr16"), ("bdi", "bdi"), ("madrs", "madrs")):
        in_file = reference("psilodep2_scores")["response_remission"][scale]
        expected = {"psilocybin": in_file["P"]["responders"], "escitalopram": in_file["E"]["responders"]}
        assert responses(instrument) == expected
    assert responses("bdi") == {"psilocybin": 23, "escitalopram": 12}
    assert responses("qids_sr16") == {"psilocybin": 21, "escitalopram": 14}

    joined, _ = imported("psilodep2_baseline")
    assert (joined.patients_new, joined.patients_known, joined.assessments_new) == (0, 59, 0)
    for row in rows("psilodep2_baseline"):
        (episode,) = (
            one
            for one in TreatmentEpisode.objects.select_related("imported_from", "patient")
            if one.imported_from.source_id == row["id"]
        )
        assert episode.age_at_start == int(row["age"])
        assert episode.patient.sex == {"M": "male", "F": "female"}[row["sex"]]
        numbers = {key: float(row[key]) for key in row if key not in ("id", "arm", "age", "sex") and row[key]}
        assert episode.covariates == numbers


def test_antidepressant_hamd17() -> None:
    result, _ = imported("antidepressant_hamd17")
    in_file = rows("antidepressant_hamd17")
    assert result.patients_new == 172
    scores = stored("hamd17")
    assert len(scores) == 608 + 172
    visits = {(key, name, day, value) for key, name, day, value in scores if name != "baseline"}
    assert visits == {
        (row["id"], f"week {row['week']}", int(row["day"]), float(row["hamd17"])) for row in in_file
    }
    baseline = {(key, day, value) for key, name, day, value in scores if name == "baseline"}
    assert baseline == {(row["id"], 0, float(row["hamd17_base"])) for row in in_file}
    assert len(stored("hama")) == 608
    assert len(stored("pgi_i", "rating")) == 605


def test_phq9_items_chiu() -> None:
    result, plan = imported("phq9_items_chiu")
    expected = reference("phq9_items_chiu")["scoring"]
    assert (result.assessments_new, plan.mismatches) == (73, ())
    totals = ScaleScore.objects.filter(scale="total")
    assert Counter(totals.values_list("band", flat=True)) == expected["bands"]
    outcomes = Counter(OutcomeResult.objects.filter(met=True).values_list("outcome", flat=True))
    assert outcomes["screen_positive"] == expected["n_ge10"]
    assert outcomes["major_depressive_syndrome"] == expected["major_depressive_algorithm"]
    assert outcomes["other_depressive_syndrome"] == expected["other_depressive_algorithm"]
    assert (74, 2) in plan.twins
    assert len(plan.endorsed) == expected["item9_any"]
    assert not SafetyAlert.objects.exists()


def test_a_declared_scale_can_be_looked_up_by_its_study() -> None:
    imported("psilodep2_scores")
    study = Study.objects.get()
    assert instrument_of("bdi", study=study).primary_scale.maximum == 63
    assert instrument_of(study.outcome_instrument, study=study) == registry.get("qids_sr16")
    assert instrument_of("hamd17", study=study) == registry.get("hamd17")


def test_the_same_file_twice_adds_nothing() -> None:
    imported("phq9_items_chiu")
    before = Assessment.objects.count()
    again, _ = imported("phq9_items_chiu")
    assert again == Imported(again=True)
    assert (Assessment.objects.count(), TreatmentEpisode.objects.count()) == (before, 73)


def test_two_studies_may_hold_the_same_file() -> None:
    imported("phq9_items_chiu", study="one")
    imported("phq9_items_chiu", study="two")
    assert Assessment.objects.count() == 146
