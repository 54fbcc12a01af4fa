"""The text that goes with a release, for the person who opens it a year later."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Protocol

from reports.export.tables import Table

TEMPLATE = """\
{title}
{underline}

{said_first}This is a de-identified data set, released by Throughline for the purpose that was asked for and approved.

How to treat it
---------------
* It is still personal data: rows without names can be matched with what somebody knows about a person. Do not
  try to find out who anybody is, do not join it with other data about people, do not pass it on.
* Keep it encrypted, and delete it when the purpose is fulfilled.
* Patients who take back their consent are in no later release. Ask for a new one before a new analysis.

What is in it
-------------
{tables}
* sample.csv: who these people are: how many have each descriptive value. Counts of 1 to 7 are withheld,
  others rounded to 5.
* codebook.csv, codebook.md: what every column means, for a program and for a reader.
* manifest.json: number of rows and SHA-256 of every file, what was generalised and what was left out.

How to read it
--------------
* One line is one observation. study_id and episode join the tables; study_id was drawn for this release
  alone and says nothing about the person. The order of the patients is random.
* Days are {days}.
* An empty cell is a missing value, never a zero. A score with missing answers is empty; "prorated" is an
  estimate where few were missing, "partial" the sum of what was answered and no score.
* Text that a spreadsheet would take for a formula has an apostrophe before it.
* With pandas: pandas.read_csv("scores.csv", keep_default_na=False, na_values=[""]).

Instruments and their wording
-----------------------------
{instruments}
{provenance}"""

NOT_BLIND = "RATERS WERE NOT BLIND, though their ratings are called so. {reason}"
SIMULATED = "SIMULATED PEOPLE: nobody in this data set is real.\n\n"


class Study(Protocol):
    @property
    def title(self) -> str: ...
    @property
    def provenance(self) -> str: ...
    @property
    def is_simulated(self) -> bool: ...
    @property
    def raters_not_blind(self) -> tuple[str, ...]: ...


class Instrument(Protocol):
    @property
    def key(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def wordings(self) -> tuple[str, ...]: ...
    @property
    def holder(self) -> str: ...
    @property
    def terms(self) -> str: ...


def readme(study: Study, instruments: Sequence[Instrument], tables: Sequence[Table], days: str) -> str:
    """The text, at most 110 characters wide."""
    return TEMPLATE.format(
        title=study.title,
        underline="=" * len(study.title),
        said_first=_said_first(study),
        tables="\n".join(_bullet(f"{table.name}.csv: {table.meaning}") for table in tables),
        days=textwrap.fill(days, 100, subsequent_indent="  "),
        instruments="\n".join(_instrument(each) for each in instruments) or "None.",
        provenance=_provenance(study.provenance),
    )


def _said_first(study: Study) -> str:
    """What nobody may miss who reads any further."""
    reasons = [textwrap.fill(NOT_BLIND.format(reason=reason), 110) for reason in study.raters_not_blind]
    return (SIMULATED if study.is_simulated else "") + "".join(f"{reason}\n\n" for reason in reasons)


def _instrument(each: Instrument) -> str:
    rights = " ".join(f"{part.rstrip('.')}." for part in (each.holder, each.terms) if part)
    wordings = ", ".join(each.wordings)
    return _bullet(f"{each.key} version {each.version}: {each.title}. Wording: {wordings}. {rights}")


def _provenance(text: str) -> str:
    wrapped = textwrap.fill(text, 110)
    return f"\nSource of the data and licence\n------------------------------\n{wrapped}\n" if text else ""


def _bullet(text: str) -> str:
    return textwrap.fill(text, 108, initial_indent="* ", subsequent_indent="  ")
