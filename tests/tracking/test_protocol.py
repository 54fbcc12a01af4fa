"""Protocol files: those that ship agree with the published structure, and a wrong one is refused by name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from measures.errors import DefinitionError
from tracking import protocol as protocols

SHIPPED = protocols.FOLDER / "mdma-ptsd.toml"


def test_what_ships_is_what_the_file_names_say() -> None:
    keys = ("mdma-ptsd", "psilocybin-escitalopram", "psilocybin-mdd", "ssri-psychotherapy")
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


def test_the_escitalopram_trial_gives_two_doses_in_both_arms() -> None:
    """Carhart-Harris 2021: 25 mg twice v. 1 mg twice; the end is six weeks after the first dosing day."""
    trial = protocols.get("psilocybin-escitalopram")
    assert {arm.key: arm.doses for arm in trial.arms} == {
        "psilocybin": ("25 mg", "25 mg"),
        "escitalopram": ("1 mg", "1 mg"),
    }
    end = next(point for point in trial.time_points if point.name == "week 6")
    assert (end.anchor.kind, end.anchor.which, end.day) == ("dose", 1, 6 * 7)


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
    """Mitchell 2021: placebo. Davis 2021: delayed treatment. Carhart-Harris 2021: escitalopram."""
    named = {known.key: known.control for known in protocols.all_protocols()}
    assert named == {
        "mdma-ptsd": "placebo",
        "psilocybin-escitalopram": "escitalopram",
        "psilocybin-mdd": "waiting",
        "ssri-psychotherapy": "",
    }


def test_an_unknown_key_is_found_as_nothing() -> None:
    assert protocols.find("no-such-protocol") is None
    with pytest.raises(KeyError):
        protocols.get("no-such-protocol")


WRONG = {
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
    "a dose too few": ('1 = "80 mg + 40 mg", 2 = "120 mg + 60 mg", 3', '1 = "80 mg", 2', "doses", "each"),
    "doses out of order": ('1 = "80 mg + 40 mg", 2 =', '2 = "80 mg + 40 mg", 1 =', "doses", "numbered"),
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
