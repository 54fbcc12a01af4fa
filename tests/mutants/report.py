"""The outcome of planted faults as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.mutants.planting import Outcome, is_test
from tests.mutants.sample import part_of
from tests.mutants.source import Mutant


def told(outcome: Outcome) -> str:
    """One line for whoever is waiting."""
    end = f"noticed by {outcome.by}" if outcome.by else "SURVIVED"
    return f"{outcome.seconds:6.1f} s  {outcome.mutant.id}  {end}"


def listed(mutant: Mutant) -> str:
    return f"{mutant.id}  {_short(mutant.old)} → {_short(mutant.new)}"


def report(outcomes: list[Outcome], doubtful: set[str]) -> str:
    """How many were planted and noticed, by part and by kind; each that survived; each that is doubtful."""
    lines = ["| planted in, or what | planted | noticed | survived |", "|---|---:|---:|---:|"]
    lines += _table(outcomes, lambda outcome: part_of(outcome.mutant.path))
    lines += _table(outcomes, lambda outcome: outcome.mutant.kind)
    lines.append(_row("**all**", outcomes))
    survived = [outcome.mutant for outcome in outcomes if not outcome.by]
    lines += ["", "Survived:" if survived else "None survived."]
    lines += [f"* `{mutant.id}`: `{_short(mutant.old)}` → `{_short(mutant.new)}`" for mutant in survived]
    strange = [outcome for outcome in outcomes if outcome.by and not is_test(outcome.by)]
    if strange:
        lines += ["", "Noticed by no test, but in how the run ended; look at each by itself:"]
        lines += [f"* `{outcome.mutant.id}`: {outcome.by}" for outcome in strange]
    doubted = [
        outcome for outcome in outcomes if outcome.by and (outcome.by in doubtful or not outcome.again)
    ]
    if doubted:
        lines += ["", "Doubtful: what noticed it fails without it as well, or did not fail a second time:"]
        lines += [f"* `{outcome.mutant.id}`: {outcome.by}" for outcome in doubted]
    return "\n".join(lines)


def _table(outcomes: list[Outcome], key: Callable[[Outcome], str]) -> Iterator[str]:
    for name in sorted({key(outcome) for outcome in outcomes}):
        yield _row(name, [outcome for outcome in outcomes if key(outcome) == name])


def _row(name: str, outcomes: list[Outcome]) -> str:
    noticed = sum(outcome.by is not None for outcome in outcomes)
    return f"| {name} | {len(outcomes)} | {noticed} | {len(outcomes) - noticed} |"


def _short(code: str) -> str:
    text = " ".join(code.split())
    return f"{text[:90]} …" if len(text) > 90 else text or "(nothing)"
