"""Dates that a page in Arabic tears: behind a Latin name a number stands with that name, and its month apart from it.

By the bidirectional algorithm (UAX #9, rules W7 and N1) a European number takes the direction of the last letter before
it. ``PHQ-9, 29 نوفمبر`` shows 29 as part of the name, left of which the month begins. A name of its own direction, in
``bdi``, leaves the number to what follows.
"""

from __future__ import annotations

import re
from html import unescape

from tests.markup import BLOCKS

UNSEEN = re.compile(r"<(script|style|template|title|svg|option)\b.*?</\1>|<!--.*?-->", re.DOTALL)
ISOLATED = re.compile(  # the classes and `code` by the style sheet
    r'<(bdi|code)\b[^>]*>(?:(?!<\1\b).)*?</\1>|<span class="(?:[^"]* )?(?:quiet|sub|tag)\b[^>]*>'
    r"(?:(?!<span\b).)*?</span>",
    re.DOTALL,
)
BORDER = re.compile(rf"</?(?:{BLOCKS}|button|input|select|textarea|main|header|footer|dialog|hr|img)\b[^>]*>")
TAG = re.compile(r"<[^>]*>")
ARABIC = r"\u200f\u0621-\u064a"  # and the mark that stands for one letter of theirs
TORN = re.compile(rf"[A-Za-z][\w-]*[^\w{ARABIC}]*\s[^\w{ARABIC}]*\d[\d.,:/–-]*\s+[{ARABIC}][^.]*")


def torn(page: str) -> list[str]:
    """The places of a page, read from right to left, where a number is shown with the name before it."""
    text = UNSEEN.sub("\n", page).replace("\n", " ")
    while (less := ISOLATED.sub("\ufffc", text)) != text:
        text = less
    pieces = (" ".join(unescape(TAG.sub("", piece)).split()) for piece in BORDER.split(text))
    return [found[0][:120] for piece in pieces if (found := TORN.search(piece))]
