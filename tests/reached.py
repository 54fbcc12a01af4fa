"""Which lines and branches of the product a run reaches, which of its refusals, and which tags of its templates.

A plugin of pytest with workers: ``-p tests.reached -n 2``. Afterwards ``python -m tests.reached`` says what was not
reached.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import slipcover

from tests.refusals import Refusal, refusals

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "var" / "reached"
PACKAGES = ("config", "tracking", "measures", "reports")
REFUSING = PACKAGES[1:]  # what ``config`` refuses at the start, its tests start a process for
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
# Per cent; raised when there is more for good.
FLOORS = {"lines and branches": 97.4, "refusals": 100.0, "tags of templates": 99.3}

Tag = tuple[str, int, str]  # file, line, what stands there
lines = slipcover.Slipcover(branch=True, source=[str(ROOT / package) for package in PACKAGES])
tags: set[Tag] = set()


def pytest_addoption() -> None:
    """The first that pytest asks of a plugin, before the settings are read: what is imported is measured from here."""
    if WORKER:
        matcher = slipcover.FileMatcher(sources=[ROOT / package for package in PACKAGES])
        slipcover.ImportManager(lines, matcher).__enter__()


def pytest_configure() -> None:
    if WORKER:
        _watch_templates()
    else:
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(parents=True)


def _watch_templates() -> None:
    from django.template.base import Node

    rendered = Node.render_annotated

    def noted(node: Node, context: Any) -> str:
        tags.add(_tag(node))
        return rendered(node, context)

    Node.render_annotated = noted  # text has one of its own, so it is not counted


def _tag(node: Any) -> Tag:
    return node.origin.name, node.token.lineno, node.token.contents


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Each worker tells what it has reached; who started them compares all of it with the floors."""
    if WORKER:
        told = {"lines": lines.get_coverage(), "tags": sorted(tags)}
        (FOLDER / f"{WORKER}.json").write_text(json.dumps(told))
        return
    for what, share in shares().items():
        print(f"\nreached: {share:.2f} % of the {what}, at least {FLOORS[what]} %", end="")
        if share < FLOORS[what]:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def shares() -> dict[str, float]:
    merged, seen = reached()
    known, made = set(every_tag()), list(refusals(ROOT, REFUSING))
    return {
        "lines and branches": merged["summary"]["percent_covered"],
        "refusals": 100 * (1 - len(never_made(merged, made)) / len(made)),
        "tags of templates": 100 * len(known & seen) / len(known),
    }


def reached() -> tuple[dict[str, Any], set[Tag]]:
    """What the processes of the last run have reached together."""
    told = [json.loads(file.read_text()) for file in FOLDER.glob("*.json")]
    merged = told[0]["lines"]
    for each in told[1:]:
        slipcover.merge_coverage(merged, each["lines"])
    return merged, {tuple(tag) for each in told for tag in each["tags"]}


def never_made(merged: dict[str, Any], made: Iterable[Refusal]) -> list[Refusal]:
    """The refusals that no test has met."""
    executed = {file: {*found["executed_lines"]} for file, found in merged["files"].items()}
    return [one for one in made if not one.lines & executed.get(one.file, set())]


def every_tag() -> Iterator[Tag]:
    from django.template import engines

    for folder in sorted(ROOT.glob("*/templates")):
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            template = engines["django"].engine.get_template(file.relative_to(folder).as_posix())
            yield from map(_tag, _shown(template.nodelist))


def _shown(nodes: Any) -> Iterable[Any]:
    """Tags and variables, not text, marked for translation or not. Of a template that extends another what stands in
    its blocks: nothing else is ever shown."""
    from django.template.base import Node, TextNode
    from django.template.loader_tags import ExtendsNode

    extends = next((node for node in nodes if isinstance(node, ExtendsNode)), None)
    inside = [block.nodelist for block in extends.blocks.values()] if extends else [nodes]
    found = (node for part in inside for node in part.get_nodes_by_type(Node))
    return (node for node in found if not isinstance(node, TextNode) and not _is_text(node))


def _is_text(node: Any) -> bool:
    from django.templatetags.i18n import TranslateNode

    return isinstance(node, TranslateNode) and isinstance(
        getattr(node.filter_expression.var, "literal", None), str
    )


def main() -> None:
    import django

    django.setup()
    merged, seen = reached()
    slipcover.print_coverage(merged, skip_covered=True, missing_width=80)
    print(*never_made(merged, refusals(ROOT, REFUSING)), sep="\n")
    for file, line, what in sorted(set(every_tag()) - seen):
        print(f"{Path(file).relative_to(ROOT)}:{line} {what}")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    sys.exit(main())
