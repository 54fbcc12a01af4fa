"""The messages of the interface, out of the source: templates, Python, and the titles in definitions that ship."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.template import Origin, Template
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

ROOT = Path(__file__).parents[2]
APPS = ("config", "measures", "tracking", "reports")
KEYWORDS = {
    "_": ("text",),
    "gettext": ("text",),
    "gettext_lazy": ("text",),
    "marked": ("text",),
    "ngettext": ("text", "plural"),
    "ngettext_lazy": ("text", "plural"),
    "pgettext": ("context", "text"),
    "pgettext_lazy": ("context", "text"),
    "npgettext": ("context", "text", "plural"),
}
IN_TAGS = re.compile(r"""[\s:=(,]_\("([^"]+)"\)""")
DEFINITIONS = {
    "measures": ["instruments/*/*.toml", "topics.toml"],
    "tracking": ["protocols/*.toml", "protocols/superseded/*.toml", "rules/medication_classes.toml"],
}
TITLED = ("scales", "outcomes", "levels")  # of an instrument: whose titles are ours; its own is a name


@dataclass(frozen=True, slots=True)
class Message:
    """One message, with its plural and its context where it has them."""

    text: str
    plural: str = ""
    context: str = ""


def messages_of(app: str) -> dict[Message, list[str]]:
    """Every message of one of the four packages, with where it stands."""
    found: dict[Message, list[str]] = {}
    folder = ROOT / app
    for path in sorted([*folder.rglob("*.py"), *folder.rglob("*.html"), *folder.rglob("*.txt")]):
        if "migrations" not in path.parts:
            reader = _of_python if path.suffix == ".py" else _of_template
            for message in reader(path):
                found.setdefault(message, []).append(path.relative_to(ROOT).as_posix())
    for path in sorted(path for pattern in DEFINITIONS.get(app, ()) for path in folder.glob(pattern)):
        definition = tomllib.loads(path.read_text())
        titles = _of_instrument(definition) if "rater" in definition else _of_protocol(definition)
        for text in titles:
            found.setdefault(Message(text), []).append(path.relative_to(ROOT).as_posix())
    return found


def _of_python(path: Path) -> Iterator[Message]:
    """What stands in the marking calls: also in those within an f-string. Raises ``ValueError`` for a marked f-string,
    which would be looked up with its values in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        places = KEYWORDS.get(getattr(node.func, "id", "")) if isinstance(node, ast.Call) else None
        given = node.args[: len(places)] if places else []
        if any(isinstance(argument, ast.JoinedStr) for argument in given):
            raise ValueError(f"{path}:{node.lineno}: a marked text must not be an f-string")
        words = [argument.value for argument in given if isinstance(argument, ast.Constant)]
        if places and len(words) == len(places):
            yield Message(**dict(zip(places, words, strict=True)))


def _of_template(path: Path) -> Iterator[Message]:
    source = path.read_text()
    name = path.as_posix().rpartition("/templates/")[2]
    nodes = Template(source, Origin(path.as_posix(), template_name=name)).nodelist
    for node in nodes.get_nodes_by_type(TranslateNode):
        text = getattr(node.filter_expression.var, "literal", None)
        if isinstance(text, str):
            yield Message(text.replace("%", "%%"), context=_context(node))
    for node in nodes.get_nodes_by_type(BlockTranslateNode):
        one, _ = node.render_token_list(node.singular)
        many = node.render_token_list(node.plural)[0] if node.plural else ""
        yield Message(_trimmed(node, one), _trimmed(node, many), _context(node))
    for text in IN_TAGS.findall(source):
        yield Message(text)


def _context(node: Any) -> str:
    return str(node.message_context.var) if node.message_context else ""


def _trimmed(node: Any, text: str) -> str:
    return " ".join(line.strip() for line in text.strip().splitlines()) if node.trimmed else text


def _of_instrument(definition: Mapping[str, Any]) -> Iterator[str]:
    """Titles and labels that are ours, units, and what its safety items are about."""
    for kind in TITLED:
        yield from (one["title"] for one in definition.get(kind, []) if "title" in one)
    for scale in definition.get("scales", []):
        for bands in scale.get("band_sets", []):
            yield from (band["label"] for band in bands["bands"])
    for levels in definition.get("levels", []):
        yield from (
            step["label"] for step in (*levels.get("steps", []), levels.get("lowest", {})) if "label" in step
        )
    for one in (*definition.get("items", []), *definition.get("scales", [])):
        yield from filter(None, (one.get("unit"), one.get("critical", {}).get("topic")))


def _of_protocol(node: Any) -> Iterator[str]:
    """Every title, summary, label and reason, however deep. Sources are left as they are cited."""
    if isinstance(node, list):
        for one in node:
            yield from _of_protocol(one)
    elif isinstance(node, Mapping):
        yield from (
            node[key]
            for key in ("title", "summary", "label", "what", "words", "measure", "raters_not_blind")
            if isinstance(node.get(key), str)
        )
        for one in node.values():
            yield from _of_protocol(one)
