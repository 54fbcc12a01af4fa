"""Do the parts of a spec fit together? Each check refuses with the file and the key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from measures import registry
from measures.errors import UnknownInstrument
from measures.instrument import Instrument
from measures.table import Table
from tracking.imports.reading.spec import Form, Spec, StudyText, Times

LONGEST_NAME = 40  # of a time point, as the column holds it


def check_form(form: Form, table: Table, times: Times) -> None:
    """Refuse a form that says neither what nor when. Raises ``DefinitionError``."""
    instrument = form.instrument
    if not form.items and not form.totals:
        table.refuse("items", "name the columns of the items, of the totals, or both")
    _refuse_unknown(table, "items", form.items, (item.code for item in instrument.items))
    _refuse_unknown(table, "totals", form.totals, (scale.key for scale in instrument.scales))
    _refuse_repeats(table, "items", [*form.items.values(), *form.totals.values()])
    if form.once and form.time_point is None:
        table.refuse("once", "a value that is repeated in each row needs its time_point")
    _check_when(form, table, times)


def _check_when(form: Form, table: Table, times: Times) -> None:
    dated = times.date if not form.once else None
    if times.start is None and not (form.date or dated):
        table.refuse("date", "says nowhere when: name a date column, or time.start for a file without dates")
    if times.start is not None and form.date:
        table.refuse("date", "a file with time.start has no dates")
    named = form.time_point
    days_known = times.day is not None and not form.once
    if times.start is not None and named is None and not days_known and times.column is None:
        table.refuse("time_point", "says nowhere when: name time.column, time.day or a time_point")
    if times.start is not None and named is not None and named.day is None and not days_known:
        table.refuse("time_point", f"{named.name} has no day")


def check(spec: Spec, top: Table, declared: Mapping[str, Instrument]) -> None:
    """Refuse a spec whose parts contradict each other. Raises ``DefinitionError``."""
    if not spec.forms and not spec.patient.must_exist:
        top.refuse("assessments", "is missing: only a file for known patients may come without")
    if spec.times.start is not None and spec.times.date is not None:
        top.refuse("time.start", "is for files without dates")
    _check_points(spec, top)
    _refuse_repeats(top, "patient", _patient_columns(spec))
    if spec.study is not None:
        _check_outcome(spec.study, spec.times, top, declared)
    items = {column for form in spec.forms for column in form.items.values()}
    for known in spec.known_errors:
        if known.column not in items:
            top.refuse("known_errors", f"names no column of an item: {known.column}")
    for name in set(spec.file.ignore) & spec.columns:
        top.refuse("file.ignore", f"{name} is used by this spec")


def _check_points(spec: Spec, top: Table) -> None:
    points = spec.times.points
    for point in points:
        if len(point.name) > LONGEST_NAME:
            top.refuse("time.points", f"a name must not be longer than {LONGEST_NAME} characters")
    if spec.times.repeats is not None and spec.times.column is None:
        top.refuse("time.repeats", "counts the forms of one time point: name time.column")
    several = dict.fromkeys(
        (point.name, point.day) for point in points if point.value
    )  # ways to write one point
    names = [name for name, _ in several] + [point.name for point in points if not point.value]
    _refuse_repeats(top, "time.points", names)
    _refuse_repeats(top, "time.points", [point.value for point in points if point.value])
    if (spec.times.column is not None) != any(point.value for point in points):
        top.refuse("time.column", "and the values of time.points belong together: give both or none")
    if spec.times.start is not None and spec.times.day is None:
        for point in points:
            if point.day is None:
                top.refuse("time.points", f"{point.name} has no day")


def _patient_columns(spec: Spec) -> list[str]:
    patient = spec.patient
    coded = [column.column for column in (patient.sex, patient.arm) if column]
    return [
        patient.id,
        *coded,
        *([patient.age] if patient.age else []),
        *patient.numbers,
        *patient.categories,
    ]


def _check_outcome(study: StudyText, times: Times, top: Table, declared: Mapping[str, Instrument]) -> None:
    try:
        instrument = declared.get(study.outcome_instrument) or registry.get(study.outcome_instrument)
        instrument.scale(study.outcome_scale)
    except UnknownInstrument as error:
        top.refuse("study.outcome_instrument", str(error))
    except KeyError:
        top.refuse("study.outcome_scale", f"{study.outcome_instrument} has no scale {study.outcome_scale}")
    names = [point.name for point in times.points]
    if names and study.endpoint not in names:
        top.refuse("study.endpoint", f"names none of time.points: {study.endpoint}")


def _refuse_unknown(table: Table, key: str, given: Iterable[str], known: Iterable[str]) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        table.refuse(key, f"the instrument does not have {', '.join(unknown)}")


def _refuse_repeats(table: Table, key: str, names: list[str]) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            table.refuse(key, f"{name} stands {count} times")
