"""Every ``manage.py`` that a page names can be given so: the command is there, with these options and choices."""

from __future__ import annotations

import re
import shlex
from argparse import ArgumentParser, _SubParsersAction

import pytest
from django.core.management import get_commands, load_command_class

from tests import guides

PAGES = sorted(str(path.relative_to(guides.DOCS)) for path in guides.DOCS.rglob("*.md"))


def named(text: str) -> list[str]:
    """What follows ``manage.py`` in blocks and in sentences."""
    joined = re.sub(r"\\\n\s*", " ", text)
    found = re.findall(r"manage\.py ([a-z_]+[^`\n]*)", joined)
    return [line.split("#")[0].strip() for line in found]


LINES = sorted({(page, line) for page in PAGES for line in named(guides.page(page))})


def parser_of(words: list[str]) -> tuple[ArgumentParser, list[str]]:
    """The parser of a command, or of the analysis that it is given, and what is left for it to read."""
    name, *rest = words
    assert name in get_commands(), f"there is no {name}"
    app = get_commands()[name]
    command = load_command_class(app, name) if isinstance(app, str) else app
    parser: ArgumentParser = command.create_parser("manage.py", name)
    for action in parser._actions:
        if isinstance(action, _SubParsersAction) and rest:
            return action.choices[rest[0]], rest[1:]
    return parser, rest


def spelled_out(words: list[str]) -> list[str]:
    """A synopsis as one command: with all that may be left out, the first of its choices, 1 for each placeholder."""
    plain = [word.strip("[]") for word in words if word.strip("[]") != "…"]
    return ["1" if word.isupper() and "|" not in word else word.split("|")[0] for word in plain]


@pytest.mark.parametrize(("where", "line"), LINES, ids=[f"{where}: {line}" for where, line in LINES])
def test_a_command_can_be_given_as_the_page_says(where: str, line: str) -> None:
    parser, words = parser_of(shlex.split(line))
    is_synopsis = any(mark in line for mark in "[|…") or any(word.isupper() for word in words)
    required = any(action.required for action in parser._actions)
    if words or is_synopsis or not required:
        parser.parse_args(spelled_out(words) if is_synopsis else words)
    for option, choices in re.findall(r"(--[\w-]+) (\w+(?:\|\w+)+)", line):
        (action,) = [one for one in parser._actions if option in one.option_strings]
        assert choices.split("|") == list(action.choices or ())


def test_operations_names_every_analysis_with_every_option() -> None:
    section = guides.page("operations.md").split("## Analyses")[1]
    lines = {words[1]: words for words in guides.commands(section, "manage.py")}
    analyses = load_command_class(get_commands()["analyse"], "analyse").create_parser("manage.py", "analyse")
    (parsers,) = [action.choices for action in analyses._actions if isinstance(action, _SubParsersAction)]
    assert set(lines) == set(parsers)
    common = set(re.findall(r"`(--[\w-]+)", section.split("Each takes")[1]))
    for name, parser in parsers.items():
        options = {
            option for action in parser._actions for option in action.option_strings if option[:2] == "--"
        }
        assert options - {"--help"} <= {word.strip("[]") for word in lines[name]} | common, name
