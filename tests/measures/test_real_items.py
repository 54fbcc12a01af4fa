"""Answers of real people, item by item, against results that others computed from the same files.

The expected numbers stand in tests/data/reference and nowhere here.
"""

import csv
import json
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from statistics import fmean, stdev, variance

import pytest

from measures import registry
from measures.errors import AnswerError
from measures.scoring import score, score_total

DATA = Path(__file__).parents[1] / "data"


@cache
def rows(name):
    with (DATA / "sets" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


def reference(name):
    return json.loads((DATA / "reference" / f"{name}.json").read_text(encoding="utf-8"))["scoring"]


def answers(row, columns):
    """The filled cells under the codes "1", "2" and so on."""
    return {str(place): int(row[column]) for place, column in enumerate(columns, start=1) if row[column]}


def numbered(prefix, count):
    return [f"{prefix}_{place}" for place in range(1, count + 1)]


@cache
def scored(key, name, columns):
    return tuple(score(registry.get(key), answers(row, columns)) for row in rows(name))


def values(results, scale="total"):
    return [one.scales[scale].value for one in results]


def met(results, outcome):
    return sum(one.outcomes[outcome] is True for one in results)


def cronbach_alpha(columns):
    """From one list of scores per item or domain, over the same persons."""
    total = [sum(person) for person in zip(*columns, strict=True)]
    k = len(columns)
    return k / (k - 1) * (1 - sum(map(variance, columns)) / variance(total))


class TestHamiltonInpatients:
    """43 inpatients on up to 4 occasions, with the totals that the authors typed beside the items."""

    COLUMNS = numbered("hamd", 17)

    def filled(self):
        return [row for row in rows("claus2020_items") if any(row[column] for column in self.COLUMNS)]

    def test_one_impossible_answer_refuses_its_row_by_item(self):
        """Item 4 runs from 0 to 2; one row says 4. It is not clipped: the row has no score at all."""
        refused = []
        for row in self.filled():
            try:
                score(registry.get("hamd17"), answers(row, self.COLUMNS))
            except AnswerError as refusal:
                refused.append((row["id"], refusal.item, row[f"hamd_{refusal.item}"]))
        assert refused == [("16", "4", "4")]

    def test_sums_against_the_totals_that_were_typed(self):
        """The reference adds raw numbers, so the refused row stands among its equal ones."""
        expected = reference("claus2020_items")["hamd"]
        equal, differing, impossible = 0, [], []
        for row in self.filled():
            given = answers(row, self.COLUMNS)
            typed = int(row["hamd_total"])
            if given["4"] > registry.get("hamd17").item("4").maximum:
                impossible.append((sum(given.values()), typed))
                continue
            total = score(registry.get("hamd17"), given).scales["total"].value
            if total == typed:
                equal += 1
            else:
                place = {"id": int(row["id"]), "time": int(row["time"])}
                differing.append(place | {"sum": total, "total": typed})
        assert differing == expected["mismatch_rows"]
        assert [added == typed for added, typed in impossible] == [True]
        assert equal + len(impossible) == expected["sum_equals_total"]
        assert len(self.filled()) == expected["n_forms_complete"]

    @pytest.mark.parametrize("time", ["2", "3", "4"])
    def test_alpha_at_the_occasions_without_an_impossible_answer(self, time):
        results = [
            score(registry.get("hamd17"), answers(row, self.COLUMNS))
            for row in self.filled()
            if row["time"] == time
        ]
        columns = [[one.answers[str(item)] for one in results] for item in range(1, 18)]
        assert cronbach_alpha(columns) == pytest.approx(
            reference("claus2020_items")["hamd"]["alpha_by_time"][time]
        )


class TestWellBeingOfTheSameInpatients:
    COLUMNS = numbered("who", 5)

    def results(self):
        for row in rows("claus2020_items"):
            given = answers(row, self.COLUMNS)
            if given:
                yield row, score(registry.get("who5"), given)

    def test_sums_against_the_totals_that_were_typed(self):
        expected = reference("claus2020_items")["who"]
        differing = [
            {"id": int(row["id"]), "time": int(row["time"]), "sum": raw, "total": int(row["who_total"])}
            for row, one in self.results()
            if (raw := one.scales["total"].sum) != int(row["who_total"])
        ]
        assert differing == expected["mismatch_rows"]
        assert len(list(self.results())) == expected["n_forms_complete"]

    def test_alpha_by_occasion(self):
        by_time = defaultdict(list)
        for row, one in self.results():
            by_time[row["time"]].append([one.answers[str(item)] for item in range(1, 6)])
        found = {time: cronbach_alpha(list(zip(*given, strict=True))) for time, given in by_time.items()}
        assert found == pytest.approx(reference("claus2020_items")["who"]["alpha_by_time"])


def test_typed_totals_of_the_beck_inventory():
    """Its items are not ours to score: the totals alone are taken, as they were typed."""
    expected, by_time = reference("claus2020_items")["bdi"], defaultdict(list)
    for row in rows("claus2020_items"):
        if row["bdi_total"]:
            total = score_total(registry.get("bdi2"), "total", int(row["bdi_total"]))
            by_time[row["time"]].append(total.value)
    assert sum(map(len, by_time.values())) == expected["n_total_present"]
    assert {time: fmean(totals) for time, totals in by_time.items()} == pytest.approx(
        expected["mean_total_by_time"]
    )


class TestChecklistOfVeterans:
    """221 US veterans, PCL-5."""

    @staticmethod
    def results():
        columns = tuple(column for column in rows("pcl5_armour")[0] if column != "id")
        assert len(columns) == 20
        return scored("pcl5", "pcl5_armour", columns)

    def test_totals(self):
        expected, totals = reference("pcl5_armour"), values(self.results())
        assert len(totals) == expected["n"]
        assert totals[:5] == expected["first5_totals"]
        assert (min(totals), max(totals)) == (expected["total_min"], expected["total_max"])
        assert fmean(totals) == pytest.approx(expected["total_mean"])
        assert stdev(totals) == pytest.approx(expected["total_sd"])

    def test_alpha(self):
        columns = [[one.answers[str(item)] for one in self.results()] for item in range(1, 21)]
        assert cronbach_alpha(columns) == pytest.approx(reference("pcl5_armour")["alpha"])

    def test_clusters(self):
        found = {cluster: fmean(values(self.results(), f"cluster_{cluster.lower()}")) for cluster in "BCDE"}
        assert found == pytest.approx(reference("pcl5_armour")["cluster_means"])

    def test_cuts_and_provisional_diagnosis(self):
        expected = reference("pcl5_armour")
        assert met(self.results(), "screen_positive_31") == expected["n_ge31"]
        assert met(self.results(), "screen_positive_33") == expected["n_ge33"]
        assert met(self.results(), "provisional_ptsd") == expected["n_dsm5_provisional"]


class TestDepressionOfHospitalPatients:
    """408 adults of one hospital, QIDS-SR16. Seven answered both weight loss and weight gain above 0."""

    @staticmethod
    def results():
        columns = tuple(rows("qids_ybocs_rogers")[0])[1:17]
        assert (columns[0], columns[-1]) == ("onset", "agitation")
        return scored("qids_sr16", "qids_ybocs_rogers", columns)

    def test_totals_and_bands(self):
        expected, totals = reference("qids_ybocs_rogers"), values(self.results())
        assert len(totals) == expected["n"]
        assert totals[:5] == expected["first5"]
        assert fmean(totals) == pytest.approx(expected["qids_mean"])
        assert stdev(totals) == pytest.approx(expected["qids_sd"])
        assert Counter(one.scales["total"].band for one in self.results()) == expected["bands"]

    def test_alpha_over_the_nine_domains(self):
        groups = registry.get("qids_sr16").scale("total").groups
        assert len(groups) == 9
        domains = [[max(one.answers[item] for item in group) for one in self.results()] for group in groups]
        assert cronbach_alpha(domains) == pytest.approx(reference("qids_ybocs_rogers")["alpha9"])

    def test_suicide_item_and_both_directions_of_weight(self):
        expected = reference("qids_ybocs_rogers")
        assert sum(one.answers["12"] >= 2 for one in self.results()) == expected["n_suicide_item_ge2"]
        both = sum(one.answers["8"] > 0 and one.answers["9"] > 0 for one in self.results())
        assert both == expected["both_weight_change_items_positive"]


class TestPublicAnswerSheets:
    """73 PHQ-9 sheets, with the sum that the source states."""

    @staticmethod
    def results():
        return scored("phq9", "phq9_items_chiu", tuple(numbered("phq9", 9)))

    def test_totals_and_bands(self):
        expected, totals = reference("phq9_items_chiu"), values(self.results())
        assert totals == [int(row["sum_score_source"]) for row in rows("phq9_items_chiu")]
        assert len(totals) == expected["n"]
        assert fmean(totals) == pytest.approx(expected["mean"])
        assert stdev(totals) == pytest.approx(expected["sd"])
        assert Counter(one.scales["total"].band for one in self.results()) == expected["bands"]

    def test_alpha(self):
        columns = [[one.answers[str(item)] for one in self.results()] for item in range(1, 10)]
        assert cronbach_alpha(columns) == pytest.approx(reference("phq9_items_chiu")["alpha"])

    def test_conclusions(self):
        expected = reference("phq9_items_chiu")
        assert met(self.results(), "screen_positive") == expected["n_ge10"]
        assert met(self.results(), "major_depressive_syndrome") == expected["major_depressive_algorithm"]
        assert met(self.results(), "other_depressive_syndrome") == expected["other_depressive_algorithm"]
        assert sum(one.critical["9"] == "endorsed" for one in self.results()) == expected["item9_any"]
