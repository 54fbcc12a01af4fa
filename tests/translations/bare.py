"""Words of a template that stand there bare: outside of every ``{% translate %}``, so in English for everybody.

What is no word of a language is marked in the page itself, by ``translate="no"``, as HTML has it; units and our own
name are known here.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

COMMENT = re.compile(r"{#.*?#}|{%\s*comment.*?endcomment\s*%}", re.DOTALL)
MARKED = re.compile(r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}", re.DOTALL)
CALL = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
LITERAL = re.compile(
    r"""(?<![_\w(=:])(?:with|default|default_if_none|yesno|pluralize|add|text|label|title|words)[:=]"([^"]*[A-Za-z]{2}[^"]*)\""""
)
ATTRIBUTE = re.compile(r"""[\w-]+="[^"]*\"""")  # of an element that another template begins
WORD = re.compile(r"[^\W\d_]{2,}")
KNOWN = {"Throughline", "mg", "µg", "kg", "ml", "min", "mmHg", "SD", "CI", "https", "csv", "CSV", "TOML"}
SPOKEN = {"alt", "aria-label", "aria-description", "aria-roledescription", "label", "placeholder", "title"}
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Reader(HTMLParser):
    """The words of a page that somebody reads or hears, piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent: list[str] = []  # the elements, inside of each other, of which nothing is translated

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        held = dict(attributes)
        if tag not in VOID and (self.silent or is_silent(tag, held)):
            self.silent.append(tag)
        if not self.silent:
            self.found += [value for name, value in held.items() if value and is_spoken(name, value)]

    def handle_endtag(self, tag: str) -> None:
        if self.silent and tag not in VOID:
            self.silent.pop()

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.found.append(" ".join(ATTRIBUTE.sub("", data).split()))


def is_silent(tag: str, attributes: dict[str, str | None]) -> bool:
    """Code and style, what says itself that it is not to be translated, and what is in a language of its own: the
    wording of an instrument."""
    is_worded = "lang" in attributes and tag != "html"
    return attributes.get("translate") == "no" or is_worded or tag in ("code", "script", "style")


def is_spoken(name: str, value: str) -> bool:
    """Whether somebody reads or hears this attribute: those that say so, and data for a script that are sentences."""
    if name.startswith("data-"):
        return name == "data-label" or " " in value.strip()
    return name in SPOKEN


def bare(source: str) -> list[str]:
    """The pieces of text of a template in which a word of a language is not marked."""
    text = MARKED.sub("", COMMENT.sub("", source))
    reader = Reader()
    reader.feed(CALL.sub(" ", text))
    handed = [
        match for call in CALL.findall(text) for match in LITERAL.findall(call) if "translate" not in call
    ]
    return [piece for piece in [*reader.found, *handed] if set(WORD.findall(piece)) - KNOWN]


def bare_in(folder: Path) -> list[str]:
    """``path: text`` for each of a folder's templates."""
    paths = [folder] if folder.is_file() else sorted([*folder.rglob("*.html"), *folder.rglob("*.txt")])
    return [f"{path}: {text}" for path in paths for text in bare(path.read_text())]
