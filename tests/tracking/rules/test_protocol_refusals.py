"""What the parts of a protocol file refuse, in full. What goes wrong with a whole file: ``test_protocol``."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from measures import registry
from measures.errors import DefinitionError
from tracking.rules import protocol as protocols

SESSIONS = "sessions = [2, 3]"
PHASE = "days = [21, 98]"
WEEK_18 = 'days = { "week 18" = 126 }'
LIMIT = "warn_from = 160"
OUTCOME = "[outcome]"


def loaded(folder: Path, right: str, wrong: str, key: str = "mdma-ptsd") -> None:
    """Loads the file of a protocol in which the first ``right`` has become ``wrong``."""
    text = (protocols.FOLDER / f"{key}.toml").read_text()
    assert right in text
    path = folder / f"{key}.toml"
    path.write_text(text.replace(right, wrong, 1))
    protocols.load(path)


def given(days: str) -> str:
    """A medication of these days, before the outcome."""
    return f"[[medications]]\n{days}\n{OUTCOME}"


def secondary(instrument: str, endpoint: str) -> str:
    """A secondary outcome, before the primary one."""
    scores = f'instrument = "{instrument}"\nscale = "total"\nendpoint = "{endpoint}"'
    return f'[[secondary]]\n{scores}\nsource = "Nobody"\nconfidence = "low"\n{OUTCOME}'


def weekly(day: int, every: int) -> str:
    return f'days = {{ "week {{week}}" = {day} }}\nevery = {every}\nuntil = 182\nat_most = 8'


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        *(
            (
                SESSIONS,
                f"sessions = {span}",
                "doses[2].sessions: must be a list of whole numbers of at least 1",
            )
            for span in ("[]", "[0, 3]", "[2.5]", "[true]", f"[{2**53 + 1}]")
        ),
        (
            SESSIONS,
            f'{SESSIONS}\nplausible = {{ range = [9, 2], unit = "mg", source = "S", confidence = "low" }}',
            "doses[2].plausible.range: must be the least and the most, more than nothing",
        ),
        (
            SESSIONS,
            "sessions = [2, 3, 3]",
            "doses[2].sessions: must be one number, or the first and the last",
        ),
        *(
            (OUTCOME, given(days), "medications[1].taper: must lie between the first day and the stop")
            for days in (
                "day = 3\ntaper = [3, 5]\nstop = 9",
                "day = 3\ntaper = [5, 9]\nstop = 9",
                "day = 3\ntaper = [5]",
            )
        ),
        *(
            (PHASE, f"days = {days}", "phases[2].days: must be the first and the last day")
            for days in ([21], [21, 50, 98])
        ),
        *(
            (LIMIT, f"{LIMIT}\nwarn_to = {low}", "watches[1].warn_to: must lie below warn_from")
            for low in (160, 200)
        ),
        (
            OUTCOME,
            secondary("phq9", "month 6"),
            "secondary.endpoint: is no time point at which phq9 is answered",
        ),
        (
            OUTCOME,
            secondary("bdi2", "month 7"),
            "secondary.endpoint: is no time point at which bdi2 is answered",
        ),
        *(
            (
                WEEK_18,
                weekly(day, every),
                "time_points[8].days.week {week}: may hold {week} only where all its days are whole weeks",
            )
            for day, every in ((126, 10), (127, 7))
        ),
    ],
)
def test_a_part_that_cannot_be_is_refused(right: str, wrong: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(DefinitionError) as refused:
        loaded(tmp_path, right, wrong)
    assert str(refused.value) == f"{tmp_path}/mdma-ptsd.toml: {message}"


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (LIMIT, f"{LIMIT}\nwarn_to = 159.5"),
        (OUTCOME, secondary("phq9", "week 18")),
        (OUTCOME, secondary("bdi2", "week 18")),
    ],
)
def test_what_just_fits_is_taken(right: str, wrong: str, tmp_path: Path) -> None:
    loaded(tmp_path, right, wrong)


def test_a_duration_needs_a_treatment_response(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError) as refused:
        loaded(tmp_path, "treatment_response = true", "", key="ketamine-training")
    reason = "duration needs a treatment response of the outcome"
    assert (refused.value.key, refused.value.reason) == ("published.statistic", reason)


def test_an_unsound_instrument_is_no_fault_of_the_protocol(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsound(key: str) -> None:
        raise DefinitionError(f"{key}.toml", "title", "is missing")

    monkeypatch.setattr(registry, "get", unsound)
    with pytest.raises(DefinitionError) as refused:
        loaded(tmp_path, OUTCOME, OUTCOME)
    assert str(refused.value) == "vital_signs.toml: title: is missing"


SLOT = """anchor = "start"
days = { "week 4" = 56 }
before = 7
after = 7
rater = "clinician"
blinded = true
"""
BY_DOSE = SLOT.replace('"start"', '"dose:last"').replace("56", "28")
ANSWERED = 'when = { instrument = "phq9", at = "baseline" }\n'


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        (f'{BY_DOSE}arms = ["psilocybin"]\n', "week 4"),
        (f'{SLOT}arms = ["psilocybin"]\n', "week 4"),
        (f"{SLOT}{ANSWERED}", "week 4"),
    ],
    ids=["from the last dose, as in version 1", "in one arm alone", "under a condition"],
)
def test_a_blinded_rating_whose_days_tell_the_arm_is_refused(wrong: str, name: str, tmp_path: Path) -> None:
    """Where the file does not say that its raters cannot be blind. Judged at an endpoint that both arms have."""
    text = (protocols.FOLDER / "psilocybin-mdd.toml").read_text()
    assert text.count(SLOT) == 1
    both = text.replace('endpoint = "week 4"', 'endpoint = "week 1"', 1)
    both = re.sub(r'\[\[published\]\]\n(?:(?!\n\n).)*"week 4"(?:(?!\n\n).)*\n\n', "", both, flags=re.DOTALL)
    path = tmp_path / "psilocybin-mdd.toml"
    path.write_text(both.replace(SLOT, wrong))
    with pytest.raises(DefinitionError) as refused:
        protocols.load(path)
    assert refused.value.key == "time_points"
    assert refused.value.reason.startswith(
        f"{name!r} is rated blind on days or under a condition that not every arm"
    )
    words = 'raters_not_blind = "The days tell."\n\n[acute]'
    path.write_text(both.replace(SLOT, wrong).replace("\n[acute]", words, 1))
    assert protocols.load(path).raters_not_blind == "The days tell."


def test_the_version_before_is_refused_without_its_words(tmp_path: Path) -> None:
    text = (protocols.SUPERSEDED / "psilocybin-mdd-1.toml").read_text()
    path = tmp_path / "psilocybin-mdd-1.toml"
    path.write_text(
        "".join(line for line in text.splitlines(True) if not line.startswith("raters_not_blind"))
    )
    with pytest.raises(DefinitionError, match="'week 1' is rated blind"):
        protocols.load(path)


def test_a_dose_that_both_arms_are_given_on_the_same_days_tells_nothing(tmp_path: Path) -> None:
    """MDMA or placebo; once the arms have days of their own for it, it tells."""
    assert not protocols.get("mdma-ptsd").raters_not_blind
    rows = "days = [21, 49, 77]\n"
    both = (protocols.FOLDER / "mdma-ptsd.toml").read_text()
    start = both.index('[[sessions]]\nkind = "dosing"')
    row = both[start : both.index("[[", start + 2)]
    apart = row.replace(rows, f'{rows}arms = ["mdma"]\n') + row.replace(
        rows, 'days = [21, 49, 84]\narms = ["placebo"]\n'
    )
    path = tmp_path / "mdma-ptsd.toml"
    path.write_text(both.replace(row, apart))
    with pytest.raises(DefinitionError, match="'week 3 after dose 1' is rated blind"):
        protocols.load(path)


def test_what_is_said_of_raters_needs_raters(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError) as refused:
        loaded(tmp_path, "\n[acute]", 'raters_not_blind = "Nobody."\n\n[acute]', key="ssri-psychotherapy")
    assert refused.value.key == "raters_not_blind"
    assert refused.value.reason == "is said where somebody rates blind: no time point is blinded"
