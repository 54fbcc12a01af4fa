"""How a name sounds, as a row of digits: names that sound alike have the same. Pure.

The Cologne phonetics, which tell "Meyer" and "Maier" from "Müller": H. J. Postel, "Die Kölner Phonetik. Ein Verfahren
zur Identifizierung von Personennamen auf der Grundlage der Gestaltanalyse", IBM-Nachrichten 19 (1969), 925-931. Made
for German; of a name in another language it still says when the same consonants follow each other.
"""

from __future__ import annotations

from itertools import groupby

ALONE = {
    **dict.fromkeys("aeijouy", "0"),
    **dict.fromkeys("fvw", "3"),
    **dict.fromkeys("gkq", "4"),
    **dict.fromkeys("mn", "6"),
    **dict.fromkeys("sz", "8"),
    "b": "1",
    "l": "5",
    "r": "7",
}
HARD_FIRST = set("ahkloqrux")  # before these a "c" that begins a name is a "k"
HARD = set("ahkoqux")


def cologne(name: str) -> str:
    """The digits of a name in small letters without accents; what is no letter of the alphabet is left out."""
    letters = [letter for letter in name if "a" <= letter <= "z"]
    padded = ["", *letters, ""]
    around = zip(padded[:-2], letters, padded[2:], strict=True)
    code = "".join(_digits(*three) for three in around)
    code = "".join(digit for digit, _ in groupby(code))
    return code[:1] + code[1:].replace("0", "")


def _digits(before: str, letter: str, after: str) -> str:
    if letter == "p":
        return "3" if after == "h" else "1"
    if letter in "dt":
        return "8" if after and after in "csz" else "2"
    if letter == "c":
        return _of_c(before, after)
    if letter == "x":
        return "8" if before and before in "ckq" else "48"
    return ALONE.get(letter, "")


def _of_c(before: str, after: str) -> str:
    if not before:
        return "4" if after in HARD_FIRST else "8"
    return "4" if after in HARD and before not in "sz" else "8"
