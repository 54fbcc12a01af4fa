"""Reads one spec (TOML) strictly, or refuses it naming the file and the key."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import cast

from measures import registry
from measures.errors import DefinitionError, UnknownInstrument
from measures.instrument import Instrument
from measures.loader import instrument_from
from measures.parsing import read_toml
from measures.table import Table
from tracking.imports.reading import spec_checks
from tracking.imports.reading.cells import DateForm, Decimal
from tracking.imports.reading.spec import (
    Coded,
    Consent,
    Delimiter,
    Encoding,
    EpisodeState,
    EpisodeText,
    FileForm,
    Form,
    KnownError,
    PatientColumns,
    Place,
    Point,
    Repeats,
    Spec,
    StudyText,
    Times,
)

FOLDER = Path(__file__).parents[1] / "specs"

_RUN = re.compile(r"(?P<before>[^{}]*)\{(?P<first>[0-9]{1,3})\.\.(?P<last>[0-9]{1,3})\}(?P<after>[^{}]*)")

# A declared scale: its definition as written, and the instrument that it makes.
Declared = dict[str, tuple[dict[str, object], Instrument]]


def find(name: str) -> Path:
    """The file of a spec: a path, or the name of one that is shipped. Raises ``DefinitionError``."""
    path = Path(name)
    if path.suffix == ".toml":
        return path
    shipped = {path.stem: path for path in sorted(FOLDER.glob("*.toml"))}
    if name not in shipped:
        raise DefinitionError(
            name, "(file)", f"is no .toml file and no shipped spec; shipped: {', '.join(shipped)}"
        )
    return shipped[name]


def load(path: Path) -> Spec:
    """The spec in this file. Raises ``DefinitionError``."""
    return read(Table(read_toml(path), str(path)), path.stem)


def read(top: Table, name: str) -> Spec:
    """The spec in a parsed file. Raises ``DefinitionError``."""
    declared = _read_declared(top)
    patient = _read_patient(top.table("patient"))
    times = _read_times(top.table("time", default={}))
    new = not patient.must_exist
    spec = Spec(
        name=name,
        file=_read_file(top.table("file", default={})),
        study=_read_study(top.table("study")) if new else None,
        place=_read_place(top.table("place")) if new else None,
        episode=_read_episode(top.table("episode")) if new else None,
        consent=_read_consent(top.table("consent")) if new and "consent" in top else None,
        patient=patient,
        times=times,
        forms=tuple(_read_form(row, declared, times) for row in top.tables("assessments")),
        declared={key: definition for key, (definition, _) in declared.items()},
        known_errors=tuple(_read_known_error(row) for row in top.tables("known_errors")),
    )
    top.finish()
    spec_checks.check(spec, top, {key: instrument for key, (_, instrument) in declared.items()})
    return spec


def _read_declared(top: Table) -> Declared:
    found: Declared = {}
    for row in top.tables("declared"):
        path, definition = row.path, row.rest()
        instrument = instrument_from(definition, f"{top.file} {path}")
        if instrument.rights.wording != "score-only":
            row.refuse(
                "rights.wording", 'must be "score-only": an instrument with items is a file of measures'
            )
        if instrument.key in found:
            row.refuse("key", f"{instrument.key} is declared twice")
        found[instrument.key] = (definition, instrument)
    return found


def _read_file(table: Table) -> FileForm:
    form = FileForm(
        delimiter=cast(Delimiter, table.one_of("delimiter", Delimiter, default="comma")),
        encoding=cast(Encoding, table.one_of("encoding", Encoding, default="utf-8")),
        decimal=cast(Decimal, table.one_of("decimal", Decimal, default=".")),
        dates=cast(DateForm, table.one_of("dates", DateForm, default="year-month-day")),
        missing=frozenset(["", *_texts(table, "missing")]),
        ignore=tuple(name for text in _texts(table, "ignore") for name in _run(text).values()),
    )
    table.finish()
    return form


def _read_study(table: Table) -> StudyText:
    study = StudyText(
        title=table.text("title"),
        outcome_instrument=table.text("outcome_instrument"),
        outcome_scale=table.text("outcome_scale", default="total"),
        endpoint=table.text("endpoint"),
        provenance=table.text("provenance"),
        is_simulated=table.flag("simulated", default=False),
        is_published=table.flag("published", default=False),
    )
    table.finish()
    return study


def _read_place(table: Table) -> Place:
    place = Place(
        site=table.text("site"),
        site_name=table.text("site_name", default=""),
        contacts=table.text("crisis_contacts", default=""),
        team=table.text("team"),
    )
    table.finish()
    if bool(place.site_name) != bool(place.contacts):
        table.refuse("site_name", "a site is made from its name and its crisis contacts: give both or none")
    return place


def _read_episode(table: Table) -> EpisodeText:
    episode = EpisodeText(
        diagnosis=table.text("diagnosis"),
        protocol=table.text("protocol", default=""),
        status=cast(EpisodeState, table.one_of("status", EpisodeState)),
    )
    table.finish()
    return episode


def _read_consent(table: Table) -> Consent:
    consent = cast(Consent, table.one_of("research", Consent))
    table.text("basis")
    table.finish()
    return consent


def _read_patient(table: Table) -> PatientColumns:
    patient = PatientColumns(
        id=table.text("id"),
        must_exist=table.flag("must_exist", default=False),
        age=_optional(table, "age"),
        sex=_read_coded(table, "sex"),
        arm=_read_coded(table, "arm"),
        numbers=_texts(table, "numbers"),
        categories=_texts(table, "categories"),
    )
    table.finish()
    return patient


def _read_coded(patient: Table, key: str) -> Coded | None:
    if key not in patient:
        return None
    table = patient.table(key)
    coded = Coded(table.text("column"), table.texts_by_name("meanings"))
    table.finish()
    return coded


def _read_times(table: Table) -> Times:
    times = Times(
        points=tuple(_read_point(row) for row in table.tables("points")),
        column=_optional(table, "column"),
        day=_optional(table, "day"),
        date=_optional(table, "date"),
        start=_read_start(table),
        repeats=_read_repeats(table.table("repeats")) if "repeats" in table else None,
    )
    table.finish()
    return times


def _read_repeats(table: Table) -> Repeats:
    days = table.optional_number("days") or 0
    if not isinstance(days, int) or days < 0:
        table.refuse("days", "must be a whole number of days")
    repeats = Repeats(table.text("column"), days)
    table.finish()
    return repeats


def _read_start(table: Table) -> date | None:
    text = _optional(table, "start")
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        table.refuse("start", "must be a date as text, year-month-day")


def _read_point(table: Table) -> Point:
    day = table.optional_number("day")
    if isinstance(day, float):
        table.refuse("day", "must be a whole number of days")
    point = Point(name=table.text("name"), day=day, value=table.text("value", default=""))
    table.finish()
    return point


def _read_form(table: Table, declared: Declared, times: Times) -> Form:
    instrument = _instrument(table, declared)
    form = Form(
        instrument=instrument,
        items=_read_items(table),
        totals=table.texts_by_name("totals"),
        where=table.texts_by_name("where", may_be_empty=True),
        time_point=_named_point(table, times) if "time_point" in table else None,
        date=_optional(table, "date"),
        once=table.flag("once", default=False),
        complete=table.texts_by_name("complete"),
        shift=_read_shift(table),
    )
    table.finish()
    spec_checks.check_form(form, table, times)
    return form


def _read_shift(table: Table) -> int:
    shift = table.optional_number("shift") or 0
    if not isinstance(shift, int):
        table.refuse("shift", "must be a whole number, such as -1 where the file counts from 1")
    return shift


def _instrument(table: Table, declared: Declared) -> Instrument:
    key, version = table.text("instrument"), _optional(table, "version")
    if key in declared:
        return declared[key][1]
    try:
        return registry.get(key, version)
    except UnknownInstrument as error:
        table.refuse("instrument", f"{error}; declared in this spec: {', '.join(declared) or 'none'}")


def _read_items(table: Table) -> dict[str, str]:
    """Item code to column: ``"hamd_{1..17}"`` for items 1 to 17 in columns hamd_1 to hamd_17, or a table."""
    if not table.holds("items", str):
        return table.texts_by_name("items")
    text = table.text("items")
    if not _RUN.fullmatch(text):
        table.refuse("items", 'must be a table of item = "column", or one text like "hamd_{1..17}"')
    return _run(text)


def _run(text: str) -> dict[str, str]:
    """``"hamd_{1..3}"`` → ``{"1": "hamd_1", "2": "hamd_2", "3": "hamd_3"}``; any other text stands for itself."""
    run = _RUN.fullmatch(text)
    if run is None:
        return {text: text}
    numbers = range(int(run["first"]), int(run["last"]) + 1)
    return {str(number): f"{run['before']}{number}{run['after']}" for number in numbers}


def _named_point(table: Table, times: Times) -> Point:
    name = table.text("time_point")
    points = {point.name: point for point in times.points}
    if name not in points:
        table.refuse("time_point", f"names none of time.points: {name}")
    return points[name]


def _read_known_error(table: Table) -> KnownError:
    error = KnownError(
        patient=table.text("patient"),
        time_point=table.text("time_point", default=""),
        column=table.text("column"),
        value=table.text("value"),
        reason=table.text("reason"),
    )
    table.finish()
    return error


def _optional(table: Table, key: str) -> str | None:
    return table.text(key) if key in table else None


def _texts(table: Table, key: str) -> tuple[str, ...]:
    return table.texts(key) if key in table else ()
