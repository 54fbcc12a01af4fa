"""Instruments and scoring without the web site.

``python -m measures list | show KEY | check FILE.toml | score KEY FILE.json | change KEY PRE POST | verify DIR``; a KEY
may be the path of a definition file.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from measures import change, registry
from measures.errors import AnswerError, DefinitionError, MeasuresError, UnknownPart
from measures.instrument import ChangeRules, Direction, Instrument, Number, Scale
from measures.loader import load
from measures.scoring import ScaleResult, score, score_total
from measures.verify import verify
from measures.verify.cases import read_cases
from measures.words.outline import outline

REFUSED, UNUSABLE = 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. The exit status: 0 good, 1 something was refused, 2 could not be carried out."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        status: int = given.run(given)
    except MeasuresError as error:  # a bad file, an unknown instrument
        sys.stderr.write(f"measures: {error}\n")
        return UNUSABLE
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m measures", description="Instruments and their scoring.")
    commands = parser.add_subparsers(required=True)

    listing = commands.add_parser("list", help="the instruments that there are")
    listing.set_defaults(run=_list)

    showing = commands.add_parser("show", help="what an instrument asks and how it is scored, with sources")
    showing.add_argument("key", metavar="KEY", help="an instrument, as in list, or a definition FILE.toml")
    showing.add_argument("--version", help="of the instrument; the latest when left out")
    showing.set_defaults(run=_show)

    checking = commands.add_parser(
        "check", help="is an instrument file sound? (all that ship, when none is named)"
    )
    checking.add_argument("files", nargs="*", type=Path, metavar="FILE.toml")
    checking.set_defaults(run=_check)

    scoring = commands.add_parser("score", help="score a list of answer objects")
    scoring.add_argument("key", metavar="KEY", help="an instrument, as in list, or a definition FILE.toml")
    scoring.add_argument("file", type=Path, metavar="FILE.json", help='[{"1": 0, "2": 3, ...}, ...]')
    scoring.add_argument("--version", help="of the instrument; the latest when left out")
    scoring.add_argument(
        "--numbering", help="the item numbering of the answers, when it is not the instrument's own"
    )
    scoring.set_defaults(run=_score)

    changing = commands.add_parser(
        "change", help="what the change rules conclude from two scores of one scale"
    )
    changing.add_argument("key", metavar="KEY", help="an instrument, as in list, or a definition FILE.toml")
    changing.add_argument("pre", type=_number, metavar="PRE", help="the earlier score (baseline)")
    changing.add_argument("post", type=_number, metavar="POST", help="the later score")
    changing.add_argument("--scale", metavar="SCALE", help="the one that has change rules when left out")
    changing.add_argument("--version", help="of the instrument; the latest when left out")
    changing.add_argument(
        "--outcome",
        action="append",
        default=[],
        type=_outcome,
        metavar="KEY=yes|no",
        help="of the later assessment, where remission needs an outcome to be absent; open when left out",
    )
    changing.set_defaults(run=_change)

    verifying = commands.add_parser("verify", help="hold scoring against a folder of reference vectors")
    verifying.add_argument("folder", type=Path, metavar="DIR")
    verifying.set_defaults(run=_verify)
    return parser


def _list(given: argparse.Namespace) -> int:
    instruments = registry.all_latest()
    widths = [max(len(getattr(one, name)) for one in instruments) for name in ("key", "version")]
    for one in instruments:
        items = f"{len(one.items):>3} item{'s' if len(one.items) > 1 else ' '}" if one.items else "   totals"
        sys.stdout.write(
            f"{one.key:<{widths[0]}}  {one.version:<{widths[1]}}  {items}  "
            f"{one.rights.wording:<10}  {one.title}\n"
        )
    return 0


def _show(given: argparse.Namespace) -> int:
    sys.stdout.writelines(f"{line}\n" for line in outline(_instrument(given)))
    return 0


def _instrument(given: argparse.Namespace) -> Instrument:
    """One that ships, by its key, or any definition file by its path."""
    if given.key.endswith(".toml"):
        return load(Path(given.key))
    return registry.get(given.key, given.version)


def _check(given: argparse.Namespace) -> int:
    verdicts = [_verdict(path) for path in given.files or sorted(registry.FOLDER.glob("*/*.toml"))]
    sys.stdout.writelines(f"{line}\n" for _, line in verdicts)
    return 0 if all(sound for sound, _ in verdicts) else REFUSED


def _verdict(path: Path) -> tuple[bool, str]:
    try:
        instrument = load(path)
    except DefinitionError as error:
        return False, f"refused  {error}"
    return True, f"sound    {path}: {instrument.title}, version {instrument.version}"


def _score(given: argparse.Namespace) -> int:
    instrument = _instrument(given)
    results = [_score_one(instrument, case, given.numbering) for case in read_cases(given.file)]
    json.dump(results, sys.stdout, indent=2)
    sys.stdout.write("\n")
    return REFUSED if any("error" in result for result in results) else 0


def _score_one(instrument: Instrument, case: dict[str, object], numbering: object) -> dict[str, object]:
    """The result for one object: the answers themselves, or a case that has them under "answers"."""
    answers = case.get("answers", case)
    if not isinstance(answers, dict):
        return {"error": "must be an object of item codes and values", "item": "answers"}
    if answers is not case:
        numbering = case.get("numbering") or numbering
        if case.get("version") not in (None, instrument.version):
            return {"error": f"is of another version than {instrument.version}", "item": "version"}
    try:
        scored = score(instrument, answers, None if numbering is None else str(numbering))
    except AnswerError as error:
        return {"error": error.reason, "item": error.item}
    return {
        "scales": {key: _scale(result) for key, result in scored.scales.items()},
        "outcomes": scored.outcomes,
        "levels": {key: asdict(result) for key, result in scored.levels.items()},
        "critical": scored.critical,
    }


def _number(text: str) -> Number:
    """18, 6.5. Raises ``argparse.ArgumentTypeError``."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    raise argparse.ArgumentTypeError("must be a number")


def _outcome(text: str) -> tuple[str, bool]:
    """``ptsd_diagnosis=no``. Raises ``argparse.ArgumentTypeError``."""
    key, _, said = text.partition("=")
    if said not in ("yes", "no"):
        raise argparse.ArgumentTypeError("must be KEY=yes or KEY=no")
    return key, said == "yes"


def _change(given: argparse.Namespace) -> int:
    instrument = _instrument(given)
    scale = _scale_of(instrument, given.scale)
    outcomes = _known_outcomes(instrument, dict(given.outcome))
    found = _refused_score(instrument, scale, {"PRE": given.pre, "POST": given.post})
    if found is None:
        found = _concluded(instrument, scale, given.pre, given.post, outcomes)
    json.dump(found, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")
    return REFUSED if "error" in found else 0


def _scale_of(instrument: Instrument, key: str | None) -> Scale:
    """The scale of that key; the one that change is judged on, else the first, when none is named."""
    if key is None:
        return instrument.primary_scale
    known = [scale.key for scale in instrument.scales]
    if key not in known:
        raise UnknownPart(f"{instrument.key} has no scale {key!r}; known: {', '.join(known)}")
    return instrument.scale(key)


def _known_outcomes(instrument: Instrument, given: dict[str, bool]) -> dict[str, bool]:
    unknown = sorted(given.keys() - {outcome.key for outcome in instrument.outcomes})
    if unknown:
        raise UnknownPart(f"{instrument.key} has no outcome {unknown[0]!r}")
    return given


def _refused_score(
    instrument: Instrument, scale: Scale, scores: dict[str, Number]
) -> dict[str, object] | None:
    """Why the first of these cannot be a score of the scale."""
    for name, value in scores.items():
        try:
            score_total(instrument, scale.key, value)
        except AnswerError as error:
            return {"error": error.reason, "score": name}
    return None


def _concluded(
    instrument: Instrument, scale: Scale, pre: Number, post: Number, outcomes: dict[str, bool]
) -> dict[str, object]:
    """The change in points and what ``measures.change`` concludes; without rules for the scale only the former."""
    rules = instrument.change if instrument.change and instrument.change.scale == scale.key else None
    found: dict[str, object] = {
        "scale": scale.key,
        "change": change.change(pre, post),
        "percent_reduction": change.percent_reduction(pre, post),
        "rules": rules.version if rules else None,
    }
    return found | _conclusions(rules, pre, post, scale.direction, outcomes) if rules else found


def _conclusions(
    rules: ChangeRules, pre: Number, post: Number, direction: Direction, outcomes: dict[str, bool]
) -> dict[str, object]:
    """Each by the name that it has in the file. ``None``: no such rule, or it cannot be decided."""
    reliable = change.reliable_change(rules, pre, post, direction)
    return {
        "response": change.response_met(rules, pre, post, direction),
        "partial_response": change.partial_response_met(rules, pre, post, direction),
        "mcid": change.mcid_met(rules, pre, post, direction),
        "reliable_change": asdict(reliable) if reliable else None,
        "clinically_significant": change.clinically_significant(rules, pre, post, direction),
        "deterioration": change.deteriorated(rules, pre, post, direction),
        "remission_threshold": change.remission_met(rules, post, direction, outcomes),
        "relapse_threshold": change.relapse_threshold_met(rules, post, direction),
    }


def _verify(given: argparse.Namespace) -> int:
    verification = verify(given.folder)
    sys.stdout.writelines(f"{line}\n" for line in verification.lines())
    return 0 if verification.passed else REFUSED


def _scale(result: ScaleResult) -> dict[str, object]:
    fields = asdict(result)
    del fields["band_set"]
    return fields


if __name__ == "__main__":
    sys.exit(main())
