"""Protocol files: those that ship agree with the published structure, and a wrong one is refused by name."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from measures.errors import DefinitionError
from tracking.rules import protocol as protocols
from tracking.rules.due_dates import Events, wanted_requests

SHIPPED = protocols.FOLDER / "mdma-ptsd.toml"


def test_what_ships_is_what_the_file_names_say() -> None:
    keys = (
        "cbt-anxiolytic-panic",
        "dcs-exposure",
        "ketamine-infusion",
        "ketamine-training",
        "lsd-anxiety",
        "mdma-ptsd",
        "propranolol-reactivation",
        "psilocybin-escitalopram",
        "psilocybin-mdd",
        "ssri-psychotherapy",
        "tms-cbt",
    )
    assert protocols.keys() == keys
    assert tuple(known.key for known in protocols.all_protocols()) == keys


def test_mdma_has_the_structure_of_the_phase_3_trial() -> None:
    """Mitchell 2021: 3 preparatory, 3 experimental and 9 integrative sessions; CAPS-5 at 18 weeks."""
    mdma = protocols.get("mdma-ptsd")
    sessions = {row.kind: (row.count, row.minutes) for row in mdma.sessions}
    assert sessions == {"preparation": (3, None), "dosing": (3, 480), "integration": (9, 90)}
    assert mdma.arms[0].doses == ("80 mg + 40 mg", "120 mg + 60 mg", "120 mg + 60 mg")
    assert (mdma.outcome.instrument, mdma.outcome.endpoint) == ("caps5", "week 18")
    assert next(point.day for point in mdma.time_points if point.name == "week 18") == 18 * 7


@pytest.mark.parametrize(
    ("key", "instrument", "blinded"),
    [
        ("mdma-ptsd", "caps5", {"baseline", "week 3 after dose 1", "week 3 after dose 2", "week 18"}),
        ("psilocybin-mdd", "hamd17", {"baseline", "week 1", "week 4"}),
    ],
)
def test_the_trials_whose_ratings_were_blinded(key: str, instrument: str, blinded: set[str]) -> None:
    """Mitchell 2021: CAPS-5 by blinded independent raters; Davis 2021: HAM-D by a blinded rater. The follow-up
    was not."""
    points = [point for point in protocols.get(key).time_points if point.blinded]
    assert {point.name for point in points} == blinded
    assert {instrument} == {name for point in points for name in point.instruments}


def test_nobody_is_blind_to_the_own_answers(tmp_path: Path) -> None:
    text = SHIPPED.read_text().replace('rater = "self"\n', 'rater = "self"\nblinded = true\n', 1)
    file = tmp_path / "mdma-ptsd.toml"
    file.write_text(text)
    with pytest.raises(DefinitionError, match="blinded"):
        protocols.load(file)


def test_only_what_the_patient_answers_is_finished_late(tmp_path: Path) -> None:
    text = SHIPPED.read_text()
    file = tmp_path / "mdma-ptsd.toml"
    file.write_text(text.replace('rater = "self"\n', 'rater = "self"\nfinish_late = false\n', 1))
    forbidden = [point for point in protocols.load(file).time_points if not point.finish_late]
    assert forbidden and {point.rater for point in forbidden} == {"self"}
    events = Events(date(2026, 1, 1))
    wanted = wanted_requests(protocols.load(file), "mdma", events, events.starts_on)
    names = {point.name for point in forbidden}
    assert {row.finish_late for row in wanted if row.point in names and row.rater == "self"} == {False}
    file.write_text(text.replace('rater = "clinician"\n', 'rater = "clinician"\nfinish_late = false\n', 1))
    with pytest.raises(DefinitionError, match="finish_late"):
        protocols.load(file)


def test_the_escitalopram_trial_gives_two_doses_in_both_arms() -> None:
    """Carhart-Harris 2021: 25 mg twice v. 1 mg twice; the end is six weeks after the first dosing day."""
    trial = protocols.get("psilocybin-escitalopram")
    assert {arm.key: arm.doses for arm in trial.arms} == {
        "psilocybin": ("25 mg", "25 mg"),
        "escitalopram": ("1 mg", "1 mg"),
    }
    end = next(point for point in trial.time_points if point.name == "week 6")
    assert (end.anchor.kind, end.anchor.which, end.day) == ("dose", 1, 6 * 7)


def test_the_supplement_of_mdma_is_data() -> None:
    """Mitchell 2021: half the first dose, 1.5 to 2.5 hours after it; 80 to 180 mg in all."""
    given = [dose for dose in protocols.get("mdma-ptsd").doses if dose.substance == "MDMA"]
    totals = [dose.amount.low + dose.supplement.amount.low for dose in given if dose.supplement]
    assert totals == [120, 180]
    assert {(dose.supplement.earliest, dose.supplement.latest) for dose in given if dose.supplement} == {
        (90, 150)
    }


AMOUNTS = {
    ("ketamine-infusion", "therapy"): "0.5 mg/kg",
    ("ketamine-training", "training"): "0.5 mg/kg",
    ("lsd-anxiety", "lsd"): "100–200 µg",
    ("psilocybin-mdd", "psilocybin"): "set by the site",
    ("propranolol-reactivation", "propranolol"): "set by the site",
    ("dcs-exposure", "dcs"): "set by the site",
    ("tms-cbt", "combined"): "set by the site",
}


@pytest.mark.parametrize(("key", "arm"), AMOUNTS)
def test_an_amount_is_the_published_one_or_left_to_the_site(key: str, arm: str) -> None:
    doses = next(known.doses for known in protocols.get(key).arms if known.key == arm)
    assert set(doses) == {AMOUNTS[key, arm]}


def test_ketamine_runs_over_forty_minutes() -> None:
    for key in ("ketamine-infusion", "ketamine-training"):
        assert [(dose.route, dose.over_minutes) for dose in protocols.get(key).doses] == [("intravenous", 40)]


def test_each_dosing_session_is_watched_for_suicidality() -> None:
    """By the C-SSRS, but where stimulation is daily: there it is asked every week."""
    for known in protocols.all_protocols():
        if known.doses and known.key != "tms-cbt":
            assert "cssrs_screener" in {watch.instrument for watch in known.watches}, known.key
    weekly = [
        point for point in protocols.get("tms-cbt").time_points if "cssrs_screener" in point.instruments
    ]
    assert any(point.repeat and point.repeat.every == 7 for point in weekly)


def test_the_published_figures_stand_in_the_files() -> None:
    """67 % v. 32 %; 22.8, 8.0, 8.5, 9.8; 90 v. 10 days."""
    found = {
        key: [(row.arm, row.time_point, str(row.value)) for row in protocols.get(key).published]
        for key in ("mdma-ptsd", "psilocybin-mdd", "ketamine-training")
    }
    assert found["mdma-ptsd"] == [("mdma", "week 18", "67"), ("placebo", "week 18", "32")]
    course = [value for arm, _, value in found["psilocybin-mdd"] if arm == "psilocybin"]
    assert course == ["22.8", "8.0", "8.5", "9.8"]
    assert [value for _, _, value in found["ketamine-training"]] == ["90", "10"]


def test_an_older_version_stays_readable() -> None:
    """An episode that began with version 1 is asked what version 1 asks."""
    for key in ("psilocybin-escitalopram", "psilocybin-mdd", "ssri-psychotherapy"):
        assert protocols.superseded(key) == ("1",)
        old, new = protocols.find(key, "1"), protocols.find(key)
        assert old and new
        assert (old.version, new.version) == ("1", "2")
        assert old == protocols.load(protocols.SUPERSEDED / f"{key}-1.toml")
        assert {point.name for point in old.time_points} <= {point.name for point in new.time_points}
    assert protocols.find("mdma-ptsd", "0") is None


def test_every_arm_is_asked_the_outcome_at_the_endpoint() -> None:
    for known in protocols.all_protocols():
        for arm in known.arm_keys:
            assert any(
                point.name == known.outcome.endpoint
                and arm in point.arms
                and known.outcome.instrument in point.instruments
                for point in known.time_points
            ), (known.key, arm)


def test_a_default_of_ours_says_so() -> None:
    """What no source gives is marked as policy, and what is marked as policy claims no trial."""
    for known in protocols.all_protocols():
        for point in known.time_points:
            if point.source.confidence == "high":
                assert re.search(r"(19|20)\d\d", point.source.text), (known.key, point.name)


def test_the_arm_that_others_are_compared_with_is_named() -> None:
    """Mitchell 2021 and Brunet 2018: placebo. Davis 2021: delayed treatment. Carhart-Harris 2021: escitalopram.
    Price: ketamine without training. Panic: CBT without the drug."""
    named = {known.key: known.control for known in protocols.all_protocols() if known.control}
    assert named == {
        "cbt-anxiolytic-panic": "cbt",
        "dcs-exposure": "placebo",
        "ketamine-training": "ketamine",
        "mdma-ptsd": "placebo",
        "propranolol-reactivation": "placebo",
        "psilocybin-escitalopram": "escitalopram",
        "psilocybin-mdd": "waiting",
    }


def test_an_unknown_key_is_found_as_nothing() -> None:
    assert protocols.find("no-such-protocol") is None
    with pytest.raises(KeyError):
        protocols.get("no-such-protocol")


WRONG = {
    "a figure of no known kind": (
        'statistic = "absent"',
        'statistic = "median"',
        "statistic",
        "must be one of",
    ),
    "a figure in another unit": ('unit = "percent"', 'unit = "points"', "published.unit", "must be percent"),
    "a figure at a time that nobody is asked": (
        'time_point = "week 18"',
        'time_point = "week 19"',
        "published.time_point",
        "no time point",
    ),
    "a share without an outcome": ('absent = "ptsd_diagnosis"', "", "published.statistic", "absent needs"),
    "an unknown control": ('control = "placebo"', 'control = "nothing"', "control", "must be an arm"),
    "a misspelt key": ('title = "MDMA', 'tittle = "MDMA', "title", "is missing"),
    "an unknown diagnosis": ('diagnosis = "ptsd"', 'diagnosis = "flu"', "diagnosis", "must be one of"),
    "an unknown instrument": ('["meq30"]', '["meq3000"]', "instruments", "no instrument"),
    "the wrong rater": ('["meq30"]', '["caps5"]', "instruments", "not for the rater self"),
    "an unknown anchor": ('anchor = "dose:2"', 'anchor = "dose:zwei"', "anchor", "must be start"),
    "a dose that does not exist": ('anchor = "dose:2"', 'anchor = "dose:4"', "time_points", "does not have"),
    "a name for every dose": (
        '"after dose {n}" = 1',
        '"after the dose" = 1',
        "days.after the dose",
        "must hold",
    ),
    "a name that is too long": ('"week 18" = 126', f'"{"w" * 41}" = 126', "days.w", "longer than 40"),
    "a name of a table": ('key = "mdma-ptsd"', 'key = "mdma"', "key", "as the file is called"),
    "an unknown endpoint": ('endpoint = "week 18"', 'endpoint = "week 19"', "endpoint", "no time point"),
    "an unknown scale": ('scale = "total"', 'scale = "sum"', "scale", "not a scale of caps5"),
    "a dose too few": ("sessions = [2, 3]", "sessions = [2]", "doses", "each"),
    "doses with a gap": ("sessions = [2, 3]", "sessions = [3]", "arms[1].key", "1, 2, 3"),
    "a dose of nothing": ("amount = 80", "amount = 0", "amount", "more than nothing"),
    "an unknown amount": ("amount = 80", 'amount = "plenty"', "amount", "a number"),
    "an unknown unit": ('amount = 80\nunit = "mg"', 'amount = 80\nunit = "g"', "unit", "must be one of"),
    "a supplement at one moment": (
        "minutes = [90, 150]",
        "minutes = [90]",
        "minutes",
        "earliest and the latest",
    ),
    "a supplement that runs back": ("minutes = [90, 150]", "minutes = [150, 90]", "minutes", "must rise"),
    "a rule that no instrument has": (
        "remission = true",
        "remission = true\nrelapse = true",
        "relapse",
        "has no rule in caps5",
    ),
    "an unknown diagnosis to lose": (
        'absent = "ptsd_diagnosis"',
        'absent = "flu"',
        "absent",
        "not an outcome",
    ),
    "a limit on nothing": ('scale = "systolic"', 'scale = "weather"', "watches[1].scale", "not a scale"),
    "a moment that is none": (
        'moments = ["before", "end"]',
        'moments = ["later"]',
        "moments",
        "must be among",
    ),
    "a washout without a rule": ('words = "Tapered', 'wards = "Tapered', "washouts[1].days", "is missing"),
    "a washout of nothing": (
        'classes = ["ssri", "snri", "tca", "maoi", "atypical_antidepressant", "antipsychotic"',
        'klasses = ["ssri", "snri", "tca", "maoi", "atypical_antidepressant", "antipsychotic"',
        "washouts[1].classes",
        "say which medication",
    ),
    "a class that is none": ('classes = ["ssri", "snri"', 'classes = ["tea", "snri"', "classes", "among"),
    "the same washout twice": (
        'what = "Fluoxetine"',
        'what = "MAO inhibitors"',
        "washouts",
        "the same twice",
    ),
    "a washout with a long name": (
        'what = "Fluoxetine"',
        f'what = "{"F" * 81}"',
        "washouts.what",
        "longer than 80",
    ),
    "a drug to stop that is not given": (
        'anchor = "dose:2"',
        'anchor = "stop"',
        "time_points",
        "does not have",
    ),
    "sessions out of order": ("days = [3, 10, 17]", "days = [10, 3, 17]", "sessions[1].days", "must rise"),
    "phases out of order": ("days = [21, 98]", "days = [0, 98]", "phases", "in the order"),
    "a figure of nobody": (
        'arm = "placebo"\nwhat',
        'arm = "nobody"\nwhat',
        "published[2].arm",
        "must be among",
    ),
    "a reminder after the end": ("after = 14", "after = 14\nreminders = [90]", "reminders", "has closed"),
    "a step of no taper": ('anchor = "dose:2"', 'anchor = "taper:1"', "time_points", "does not have"),
    "a session that is not held": (
        'anchor = "dose:2"',
        'anchor = "session:psychotherapy:1"',
        "time_points",
        "does not have",
    ),
    "a name for no repeat": (
        '"week 18" = 126',
        '"week {week}" = 126',
        "days.week {week}",
        "where it repeats",
    ),
    "a repeat without an end": (
        'days = { "week 18" = 126 }',
        'days = { "week {week}" = 126 }\nevery = 7',
        "at_most",
        "missing",
    ),
    "a repeat until nothing": (
        'days = { "week 18" = 126 }',
        'days = { "week {week}" = 126 }\nevery = 7\nat_most = 3\nuntil = "doomsday"',
        "until",
        "an event or the name",
    ),
    "an answer that nobody gives": (
        'anchor = "dose:2"',
        'anchor = "dose:2"\nwhen = { instrument = "caps5", at = "week 99" }',
        "time_points",
        "rests on",
    ),
    "an outcome that is none": (
        'anchor = "dose:2"',
        'anchor = "dose:2"\nwhen = { instrument = "caps5", at = "baseline", outcome = "flu" }',
        "time_points",
        "not an outcome",
    ),
    "a score without items": ('["meq30"]', '["bdi2"]', "instruments", "only its total"),
    "an unknown arm": (
        'rater = "self"\ninstruments',
        'rater = "self"\narms = ["x"]\ninstruments',
        "arms",
        "among",
    ),
    "the same arm twice": ('key = "placebo"', 'key = "mdma"', "arms", "each key once"),
    "a negative window": ("before = 14", "before = -14", "before", "at least 0"),
    "no TOML": ('key = "mdma-ptsd"', 'key = mdma-ptsd"', "(file)", "is not TOML"),
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_file_is_refused_by_file_and_key(fault: str, tmp_path: Path) -> None:
    right, wrong, key, reason = WRONG[fault]
    text = SHIPPED.read_text()
    assert right in text
    path = tmp_path / SHIPPED.name
    path.write_text(text.replace(right, wrong))
    with pytest.raises(DefinitionError) as refusal:
        protocols.load(path)
    assert refusal.value.file == str(path)
    assert key in refusal.value.key
    assert reason in refusal.value.reason


def test_the_same_question_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / SHIPPED.name
    text = SHIPPED.read_text()
    start = text.index("[[time_points]]")
    block = text[start : text.index("[[time_points]]", start + 1)]
    path.write_text(text + block)
    with pytest.raises(DefinitionError, match="ask the same instrument twice"):
        protocols.load(path)


def test_a_file_that_is_absent_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="cannot be read"):
        protocols.load(tmp_path / "none.toml")
