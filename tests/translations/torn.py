"""What a page in Arabic tears apart when words in Latin letters stand in it as they are.

By the bidirectional algorithm (UAX #9, rules W7 and N1) a number takes the direction of the last letter before it, and
what is neutral that of the letters around it. ``PHQ-9, 29 نوفمبر`` shows 29 with the name and its month elsewhere;
``Ada (lead), Bo (second)`` gives each the other's part when the parts are Arabic; an English sentence has its full stop
in front. A name or a sentence of its own direction, in ``bdi``, leaves all of them where they belong.
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
LATIN = rf"[A-Za-z][^{ARABIC}\ufffc]*"
TORN = (
    re.compile(
        rf"[A-Za-z][\w-]*[^\w{ARABIC}]*\s[^\w{ARABIC}]*\d[\d.,:/–-]*\s+[{ARABIC}][^.]*"
    ),  # a date from its month
    re.compile(
        rf"{LATIN}\ufffc[^{ARABIC}]*[A-Za-z].*"
    ),  # what is said of the first of two names, from that name
    re.compile(rf"^[^{ARABIC}]*[A-Za-z][^{ARABIC}]*[.!?]$"),  # a sentence from its full stop
    re.compile(r"([A-Za-z][\w'’-]*[,:;]? ){3,}[A-Za-z][\w'’-]*[.!?)]$"),
)


def torn(page: str) -> list[str]:
    """The places of a page, read from right to left, where what belongs together is not shown together."""
    if 'dir="rtl"' not in page:
        return []  # a sitting, which is in the language of who answers
    text = UNSEEN.sub("\n", page).replace("\n", " ")
    while (less := ISOLATED.sub("\ufffc", text)) != text:
        text = less
    pieces = (" ".join(unescape(TAG.sub("", piece)).split()) for piece in BORDER.split(text))
    return [found[0][:120] for piece in pieces for rule in TORN if (found := rule.search(piece))]
