"""What everybody of every ward is shown: each page that lets them in is asked for once, and kept as plain data."""

from __future__ import annotations

import html
import io
import json
import re
import uuid
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.db import transaction
from django.db.models import Model
from django.forms import ChoiceField, ModelChoiceField
from django.http import HttpResponse
from django.urls import resolve, reverse
from django_filters import ChoiceFilter

from tests.architecture.marks import ID, Mark, Marks, kind_of
from tests.architecture.matrix import MATRIX, Row
from tests.architecture.sight import may_see
from tests.architecture.ward import ROLES, Arguments, Ward
from tests.architecture.world import World, build
from tests.markup import said
from tracking.models import AuditEvent, ReadEvent, User

# What the pages can be asked beside their address that names a row; the lists of the API say theirs themselves.
ASKED = {
    "patient": {"episode": "episode"},
    "session-new": {"of": "session"},
    "session-setting": {"room": "room"},
    "request-new": {"instrument": "own-instrument"},
    "instruments": {"q": "own-instrument"},
    "api-fhir-observation-list": {"assessment": "self-report"},
}
# What is sent a second time when no answer came, and is answered with what is there by then.
SENT_AGAIN = {"assessment", "rating", "fhir-response", "fhir-total"}
# What their forms send unseen that names a row.
SENT = {"session-setting": ("room", "room"), "rate-new": ("wording", "words")}
NAMED = {"patient", "episode", "study"}  # parameters of the API that name a row: the place of the same name
WHOSE = re.compile(r'<div class="whose">\s*<h1>(.*?)</h1>', re.DOTALL)
# How a page and an answer of the API say where there is more.
NEXT = re.compile(r'rel="next" href="\?([^"]+)"|"next":"http[^"?]*\?([^"]+)"')


@dataclass(frozen=True)
class Look:
    """One answer. ``whose``: the ward of the row that a query names, none without. ``offered``: by ward and kind, the
    rows that the fields of its forms offer. ``noted``: what the read log says of it; ``written``: of whom something
    was written. ``following``: the query of the next page, if there is one. ``again``: it was sent a
    second time. ``heads``: the headings that say whose page it is."""

    ward: Ward
    role: str
    row: Row
    method: str
    status: int
    marks: frozenset[Mark]
    query: str
    whose: Ward | None
    offered: frozenset[tuple[str, str]]
    noted: tuple[tuple[UUID, str, UUID], ...]
    written: frozenset[UUID]
    following: str
    again: bool
    heads: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.role} of {self.ward.name}: {self.method} {self.row} {self.query}".strip()


@dataclass(frozen=True)
class Choice:
    """Where a row is asked for, one of another ward that the chooser may not see is named: what was said of it, and
    what of one that is nowhere."""

    ward: Ward
    role: str
    row: Row
    name: str
    to: Ward
    answer: Any
    of_absent: Any

    def __str__(self) -> str:
        return f"{self.role} of {self.ward.name}: {self.name} of {self.row} is of {self.to.name}"


@dataclass
class Seen:
    """Everything that was met in one world, which is gone."""

    world: World
    marks: Marks
    looks: list[Look] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)


def look_around() -> Seen:
    """Builds the world, asks, and leaves nothing behind. Of the ward beside only the clinician asks: the others are
    to it what ours are to it."""
    with transaction.atomic():
        world = build()
        seen = Seen(world, Marks(world))
        for ward in world.wards:
            for role in ROLES if ward is not world.beside else ("clinician",):
                for row in MATRIX:
                    _knock(seen, ward, role, row)
        transaction.set_rollback(True)
    return seen


def _knock(seen: Seen, ward: Ward, role: str, row: Row) -> None:
    """Clinicians are asked for the figures of studies, too: they see those of the studies that they are of."""
    if row.cell("GET", role) == "+" or (row.place, role, bool(row.get)) == ("study", "clinician", True):
        response = _kept(seen, ward, role, row, "GET")
        while further := seen.looks[-1].following:
            _kept(seen, ward, role, row, "GET", further)
        for query, whose in _queries(seen.world, ward, row):
            _kept(seen, ward, role, row, "GET", query, whose)
        for form in _forms(response) if row.cell("POST", role) == "+" else ():
            seen.choices.extend(_chosen(seen, ward, role, row, form))
    if row.cell("POST", role) == "+":
        _kept(seen, ward, role, row, "POST", sent=ward.bodies.get(row.body, {}))
        if row.body in SENT_AGAIN:
            _kept(seen, ward, role, row, "POST", sent=ward.bodies[row.body], again=True)
        if row.route in SENT:
            name, place = SENT[row.route]
            _kept(seen, ward, role, row, "POST", sent={name: _value(seen.world.stranger_to(ward), place)})
        if row.route == "patient-new":
            _kept(seen, ward, role, row, "POST", sent=ward.bodies["enrolled-again"])
        seen.choices.extend(_named_in_body(seen, ward, role, row) if row.body else ())


def address_of(row: Row, ward: Ward) -> str:
    arguments = ward.places[row.place] if row.place else {}
    named = {"id" if row.route.startswith("api") and k == "public_id" else k: v for k, v in arguments.items()}
    return reverse(row.route, kwargs=named)


@contextmanager
def _asked(ward: Ward, role: str, method: str, address: str, body: Arguments) -> Iterator[HttpResponse]:
    """One answer, with what was written for it, all of which is gone afterwards."""
    sent = (
        {"data": json.dumps(body), "content_type": "application/json"}
        if "/api/" in address
        else {"data": body}
    )
    with transaction.atomic():
        client = ward.client(role)
        yield client.get(address) if method == "GET" else client.post(address, **sent)
        transaction.set_rollback(True)


def _text(response: HttpResponse) -> str:
    """What somebody is sent; of a file of files, what is in them."""
    if response.headers.get("Content-Type") != "application/zip":
        return response.content.decode()
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        return "\n".join(archive.read(name).decode() for name in archive.namelist())


def _kept(
    seen: Seen,
    ward: Ward,
    role: str,
    row: Row,
    method: str,
    query: str = "",
    whose: Ward | None = None,
    sent: Arguments | None = None,
    again: bool = False,
) -> HttpResponse:
    """One look, put with the others. What it was asked for is no news to whoever asked."""
    address = address_of(row, ward) + (f"?{query}" if query else "")
    with ExitStack() as stack:
        for _ in range(2 if again else 1):
            before = AuditEvent.objects.order_by("pk").last().pk
            response = stack.enter_context(_asked(ward, role, method, address, sent or {}))
        text = _text(response)
        written = AuditEvent.objects.filter(pk__gt=before).exclude(patient=None)
        look = Look(
            ward,
            role,
            row,
            method,
            response.status_code,
            frozenset(mark for mark in seen.marks.in_text(text) if mark.text not in f"{query} {sent}"),
            query,
            whose,
            frozenset(_offered(seen, response)),
            tuple(ReadEvent.objects.values_list("actor", "page", "patient")),
            frozenset(written.values_list("patient", flat=True)),
            _following(text),
            again,
            tuple(said(found).strip() for found in WHOSE.findall(text)),
        )
    seen.looks.append(look)
    return response


def _following(text: str) -> str:
    found = NEXT.search(text)
    return html.unescape(found[1] or found[2]) if found else ""


def _queries(world: World, ward: Ward, row: Row) -> Iterator[tuple[str, Ward | None]]:
    """What a list can be narrowed by: each choice, and of what names a row one's own and one of the neighbour."""
    filters = getattr(getattr(resolve(address_of(row, ward)).func, "cls", None), "filterset_class", None)
    known = filters.base_filters if filters and row.route.endswith("-list") else {}
    for name, one in known.items():
        for value, _ in one.extra.get("choices", ()) if isinstance(one, ChoiceFilter) else ():
            yield f"{name}={value}", None
    names = {name: name for name in known if name in NAMED} | ASKED.get(row.route, {})
    for name, place in names.items():
        for each in (ward, world.stranger_to(ward)):
            yield f"{name}={each.own_key if place == 'own-instrument' else _value(each, place)}", each


def _value(ward: Ward, place: str) -> str:
    return str(next(iter(ward.places[place].values())))


def _forms(response: HttpResponse) -> list[forms.BaseForm]:
    contexts = response.context or ()
    found = [value for each in contexts for one in each.dicts for value in one.values()]
    return list({id(value): value for value in found if isinstance(value, forms.BaseForm)}.values())


def _offered(seen: Seen, response: HttpResponse) -> Iterator[tuple[str, str]]:
    for form in _forms(response):
        for field_ in form.fields.values():
            for row in field_.queryset if isinstance(field_, ModelChoiceField) else ():
                if owner := seen.world.owners.get((row._meta.model_name, row.pk)):
                    yield owner.name, kind_of(row)


def _chosen(seen: Seen, ward: Ward, role: str, row: Row, form: forms.BaseForm) -> Iterator[Choice]:
    """Each choice among rows, given a row of every other ward: what is said of the field then. Those of a form are
    given at once."""
    for other in seen.world.wards:
        strangers = dict(_strangers(seen, ward, role, other, form)) if other is not ward else {}
        if strangers:
            answer = _errors(ward, role, row, strangers)
            of_absent = _errors(ward, role, row, {name: absent(value) for name, value in strangers.items()})
            for name in strangers:
                yield Choice(ward, role, row, name, other, answer.get(name), of_absent.get(name))


def absent(value: Any) -> Any:
    """What could stand in the place of ``value`` and is nowhere."""
    if isinstance(value, int):
        return 999_999_999
    return str(uuid.uuid4()) if ID.fullmatch(str(value)) else "there-is-none"


def _strangers(
    seen: Seen, ward: Ward, role: str, other: Ward, form: forms.BaseForm
) -> Iterator[tuple[str, Any]]:
    """By field: what would choose a row of the other ward, of a kind that is offered and not to be seen there."""
    for name, field_ in form.fields.items():
        model, key, offered = _choosable(field_)
        for row in model._base_manager.order_by("-pk") if model else ():
            kind = kind_of(row)
            is_theirs = seen.world.owners.get((model._meta.model_name, row.pk)) is other
            if is_theirs and kind in map(kind_of, offered) and not may_see(ward, role, other, kind):
                yield form.add_prefix(name), getattr(row, key)


def _choosable(field_: forms.Field) -> tuple[type[Model] | None, str, list[Model]]:
    """The table, the column that stands in the form, and the rows that a field offers. People are also chosen by
    plain choices of their ids."""
    if isinstance(field_, ModelChoiceField):
        return field_.queryset.model, field_.to_field_name or "pk", list(field_.queryset)
    values = [str(value) for value in _values(field_.choices)] if isinstance(field_, ChoiceField) else []
    people = list(User.objects.filter(public_id__in=[value for value in values if ID.fullmatch(value)]))
    return (User if people else None), "public_id", people


def _values(choices: Iterable[Any]) -> Iterator[Any]:
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from _values(label)
        else:
            yield value


def _errors(ward: Ward, role: str, row: Row, sent: Arguments) -> dict[str, list[str]]:
    """What is said of each field."""
    with _asked(ward, role, "POST", address_of(row, ward), sent) as response:
        return {
            form.add_prefix(name): [error.replace(str(sent[form.add_prefix(name)]), "it") for error in said]
            for form in _forms(response)
            for name, said in form.errors.items()
            if form.add_prefix(name) in sent
        }


def _named_in_body(seen: Seen, ward: Ward, role: str, row: Row) -> Iterator[Choice]:
    """Each row that a body names, in its place one of every other ward."""
    for other in seen.world.wards:
        for path, value in _leaves(other.bodies[row.body]) if other is not ward else ():
            for mark in seen.marks.in_text(str(value)):
                said = []
                for text in (mark.text, absent(mark.text)):
                    body = _with(ward.bodies[row.body], path, str(value).replace(mark.text, text))
                    with _asked(ward, role, "POST", address_of(row, ward), body) as response:
                        said.append((response.status_code, response.content.decode().replace(text, "it")))
                yield Choice(ward, role, row, "/".join(map(str, path)), other, *said)


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if not isinstance(value, dict | list):
        yield path, value
    for key, each in pairs:
        yield from _leaves(each, (*path, key))


def _with(body: Arguments, path: tuple[Any, ...], value: str) -> Arguments:
    """The body with another value in one place."""
    changed = place = json.loads(json.dumps(body))
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return changed
