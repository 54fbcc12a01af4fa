"""The finished package: tables, codebook, manifest and a text that says what it is and how to treat it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from reports.export.deidentify import FINE_DAYS, WEEKLY_DAYS, Withheld
from reports.export.dictionary import codebook, codebook_for_people
from reports.export.generalise import WITHHELD
from reports.export.leak import CODEBOOK, MANIFEST
from reports.export.readme import readme
from reports.export.sample import Counted
from reports.export.tables import STUDY_ID, Table
from reports.export.uniqueness import Uniqueness, uniqueness
from reports.export.writers import csv_bytes, json_bytes, zip_bytes
from reports.stats.disclosure import Plan

MANY_TEXTS = 20  # more different texts than this in a column look like free text
CONSENT_RULE = "only patients whose latest statement about research use is that they consent"
SAMPLE = "sample.csv"
TOLD_OF = "told of {n} of {all} patients, as far as {k} are alike"
TOLD = {"age": "in bands of 10 years or wider, told of {n} of {all} patients, as far as {k} are alike"}
DAYS_RULE = (
    "whole days from day 0 (the first dose that stands, otherwise the start of treatment); exact up to "
    f"{FINE_DAYS} days from it, to the nearest week up to {WEEKLY_DAYS}, then to the nearest four weeks"
)


@dataclass(frozen=True, slots=True)
class StudyFacts:
    """What is said of the study. Nothing here is about a person. ``raters_not_blind``: why ratings that are called
    blind are not, by the protocols that those in the package followed."""

    key: str
    title: str
    provenance: str
    is_simulated: bool
    raters_not_blind: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InstrumentFacts:
    """Which instrument was used, whose wordings were shown, and on what terms."""

    key: str
    version: str
    title: str
    wordings: tuple[str, ...]
    holder: str
    terms: str


@dataclass(frozen=True, slots=True)
class Contents:
    """All that goes into a package. ``left_out``: patients of the study who are not in it, by reason."""

    study: StudyFacts
    instruments: tuple[InstrumentFacts, ...]
    tables: Sequence[Table]
    plan: Plan
    withheld: Withheld
    sample: tuple[Counted, ...]
    left_out: Mapping[str, int]
    released_on: date


@dataclass(frozen=True, slots=True)
class Package:
    """The bytes that leave, and what the manifest in them says."""

    content: bytes
    manifest: Mapping[str, object]


def build(contents: Contents) -> Package:
    """The zip. The same contents give the same bytes."""
    files = {f"{table.name}.csv": csv_bytes(table.rows) for table in contents.tables}
    files |= {SAMPLE: csv_bytes(pd.DataFrame(_sample(contents)))} | _texts(contents)
    manifest = _manifest(contents, files)
    return Package(zip_bytes({MANIFEST: json_bytes(manifest), **files}), manifest)


def vocabulary(contents: Contents) -> tuple[str, ...]:
    """The texts of the package that were written without looking at a patient, for the leak scan."""
    texts = [content.decode() for content in _texts(contents).values()]
    names = [f"{table.name} {' '.join(table.rows.columns)}" for table in contents.tables]
    facts = _manifest(replace(contents, sample=()), {})  # the values of a sample are those of patients
    return (*texts, *names, json_bytes(facts).decode())


def few(count: int, k: int) -> str:
    """A count of people as it may be told: nothing between 0 and ``k``."""
    return "none" if count == 0 else f"fewer than {k}" if count < k else str(count)


def _texts(contents: Contents) -> dict[str, bytes]:
    released_as = _released_as(contents.plan)
    return {
        CODEBOOK: csv_bytes(codebook(contents.tables, released_as)),
        "codebook.md": codebook_for_people(contents.tables, released_as).encode(),
        "README.txt": readme(contents.study, contents.instruments, contents.tables, DAYS_RULE).encode(),
    }


def _manifest(contents: Contents, files: Mapping[str, bytes]) -> dict[str, object]:
    plan = contents.plan
    return {
        "released_on": contents.released_on.isoformat(),
        "study": {
            "key": contents.study.key,
            "title": contents.study.title,
            "simulated": contents.study.is_simulated,
            "raters_not_blind": list(contents.study.raters_not_blind),
        },
        "patients": plan.patients,
        "consent": CONSENT_RULE,
        "patients_left_out": {reason: few(count, plan.k) for reason, count in contents.left_out.items()},
        "days": DAYS_RULE,
        "sample": _sample(contents),
        "disclosure": _disclosure(plan, contents.withheld),
        "standing_alone": _standing_alone(uniqueness(contents.tables)),
        "instruments": [_said(each) for each in contents.instruments],
        "warnings": _warnings(contents.tables),
        "files": [_file(name, content, contents.tables) for name, content in files.items()],
    }


def _disclosure(plan: Plan, withheld: Withheld) -> dict[str, object]:
    return {
        "k": plan.k,
        "counted_over": "patients, by their set of values of all quasi-identifiers",
        "classes": plan.classes,
        "smallest_class": plan.smallest_class,
        "patients_suppressed": len(plan.suppressed),
        "information_lost": round(plan.information_lost, 3),
        "quasi_identifiers": _released_as(plan),
        "diversity": _diversity(plan),
        "rows_left_out": {name: count for name, count in withheld.rows.items() if count},
        "tables_left_out": list(withheld.tables),
        "cells_withheld": {name: count for name, count in withheld.cells.items() if count},
    }


def _released_as(plan: Plan) -> dict[str, str]:
    """What was done to each quasi-identifier, in words: to all alike, or class by class."""
    told = {
        name: few(sum(value != WITHHELD for value in values.values()), plan.k)
        for name, values in plan.described.items()
    }
    return {
        name: TOLD.get(name, TOLD_OF).format(n=count, all=plan.patients, k=plan.k)
        for name, count in told.items()
    } | {name: level.words for name, level in plan.levels.items()}


def _sample(contents: Contents) -> list[dict[str, object]]:
    counts = [(each, "withheld" if each.patients is None else str(each.patients)) for each in contents.sample]
    return [{"of": each.of, "value": each.value, "patients": count} for each, count in counts]


def _standing_alone(found: Uniqueness) -> dict[str, object]:
    return {
        "patients": found.patients,
        "by_scores_alone": found.by_scores,
        "by_start_end_and_status": found.by_course,
        "means": "whoever knows that much of one of these patients can find the rows of that patient",
    }


def _diversity(plan: Plan) -> dict[str, object]:
    found = plan.diversity
    note = "every patient has the same by the design of the study" if found.by_design else ""
    return {"of": found.learned, "within": list(found.known), "fewest_values": found.fewest, "note": note}


def _said(facts: InstrumentFacts) -> dict[str, object]:
    return {
        "key": facts.key,
        "version": facts.version,
        "title": facts.title,
        "wordings": list(facts.wordings),
        "rights": facts.holder,
        "terms": facts.terms,
    }


def _warnings(tables: Sequence[Table]) -> list[str]:
    return [
        f"{table.name}.{column.name} has more than {MANY_TEXTS} different texts"
        for table in tables
        for column in table.columns
        if column.is_open_text and table.rows[column.name].nunique() > MANY_TEXTS
    ]


def _file(name: str, content: bytes, tables: Sequence[Table]) -> dict[str, object]:
    table = {f"{each.name}.csv": each.rows for each in tables}.get(name)
    return {
        "name": name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "rows": None if table is None else len(table),
        "columns": None if table is None else len(table.columns),
        "patients": None if table is None else int(table[STUDY_ID].nunique()),
    }
