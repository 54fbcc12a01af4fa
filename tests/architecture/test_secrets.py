"""A secret is never compared by ``==``, which takes longer the more of it is right.

It is looked up by its hash, opened by its signature, or compared in constant time.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.rooms import ROOT

WORDS = "token secret password passwd mac hmac otp nonce api_key session_key"
SECRET = re.compile(rf"(?<![a-z])({'|'.join(WORDS.split())})(?![a-z])")
COMPARED = (ast.Eq, ast.NotEq, ast.In, ast.NotIn)
PACKAGES = ("config", "tracking", "reports", "measures")


def comparisons(source: str) -> Iterator[tuple[int, str]]:
    """The line and the words of each comparison of something that is called a secret."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare) and any(isinstance(each, COMPARED) for each in node.ops):
            sides = [node.left, *node.comparators]
            named = [
                ast.unparse(each) for each in sides if isinstance(each, ast.Name | ast.Attribute | ast.Call)
            ]
            if any(SECRET.search(name) for name in named):
                yield node.lineno, ast.unparse(node)


def test_no_secret_is_compared_letter_by_letter() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {words}"
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if "migrations" not in path.parts
        for _, words in comparisons(path.read_text())
    }
    assert found == set()


@pytest.mark.parametrize(
    ("line", "is_found"),
    [
        ("if given == user.token: ...", True),
        ("if sha256(token) != stored: ...", True),
        ("if password in known: ...", True),
        ("if secrets.compare_digest(given, token): ...", False),
        ("if token is None: ...", False),
    ],
)
def test_it_would_be_found(line: str, is_found: bool) -> None:
    assert bool([*comparisons(line)]) is is_found
