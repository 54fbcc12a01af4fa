"""Everything in the database that finds a person or a place, for the leak scan. Never leaves this process."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db import models
from django.db.models.functions import TruncDate
from django.utils import timezone

from reports.export.needles import Identifier, Sought
from tracking.models import CareTeam, Patient, PatientIdentity, Site, SiteContacts, User
from tracking.privacy import Privacy
from tracking.rules.crisis import contacts_of

APPS = ("tracking", "reports")
PEOPLE = {(User, "name"), (PatientIdentity, "given_name"), (PatientIdentity, "family_name")}
PHRASES = {
    (Site, "name"),
    (Site, "key"),
    (Site, "timezone"),
    (Site, "crisis_contacts"),
    (SiteContacts, "contacts"),
    (CareTeam, "name"),
    (Patient, "timezone"),
}


def identifiers() -> list[Identifier]:
    """The text of every field that is classed as an identifier, of everybody, and the full names of patients.

    A new field of that class is sought without being named here: as a code, which finds it anywhere.
    """
    found = {each for model, field in _fields() for each in _of_field(model, field)}
    return sorted(
        found | set(_full_names()) | set(_numbers_to_call()), key=lambda each: (each.what, each.text)
    )


def stored_days() -> set[date]:
    """Every day that some date in the database falls on, or some moment by the server's clock or that of a site or a
    patient, and every date of birth."""
    places = Site.objects.values_list("timezone", flat=True).union(
        Patient.objects.values_list("timezone", flat=True)
    )
    zones = {timezone.get_default_timezone_name(), *places}
    days = {
        day
        for model in _models()
        for field in model._meta.concrete_fields
        for day in _days(model, field, zones)
    }
    born = PatientIdentity.objects.values_list("date_of_birth", flat=True)
    return days | {date.fromisoformat(text) for text in born if text}


def _models() -> Iterator[type[models.Model]]:
    return (model for app in APPS for model in apps.get_app_config(app).get_models())


def _fields() -> Iterator[tuple[type[models.Model], models.Field[Any, Any]]]:
    for model in _models():
        for name, privacy in getattr(model, "privacy", {}).items():
            field = model._meta.get_field(name)
            if privacy == Privacy.IDENTIFIER and isinstance(field, models.CharField | models.TextField):
                yield model, field


def _of_field(model: type[models.Model], field: models.Field[Any, Any]) -> Iterator[Identifier]:
    place = (model, field.name)
    kind: Sought = "person" if place in PEOPLE else "phrase" if place in PHRASES else "code"
    what = f"{model._meta.verbose_name}: {field.verbose_name}"
    for text in model._default_manager.values_list(field.name, flat=True):
        yield from (
            Identifier(what, line.strip(), kind) for line in (text or "").splitlines() if line.strip()
        )


def _full_names() -> Iterator[Identifier]:
    for given, family in PatientIdentity.objects.values_list("given_name", "family_name"):
        if not (given and family):
            continue  # it cannot be read; whose it is stays out of every release
        yield Identifier("patient identity: full name", f"{given} {family}", "person")
        yield Identifier("patient identity: full name", f"{family}, {given}", "person")


def _numbers_to_call() -> Iterator[Identifier]:
    """Of crisis contacts, which are else sought as phrases: a line of one common word ("none") names nobody."""
    texts = Site.objects.values_list("crisis_contacts", flat=True)
    for text in [*texts, *SiteContacts.objects.values_list("contacts", flat=True)]:
        yield from (
            Identifier("crisis contacts", one.phone, "code") for one in contacts_of(text) if one.phone
        )


def _days(model: type[models.Model], field: models.Field[Any, Any], zones: Collection[str]) -> Iterator[date]:
    if not isinstance(field, models.DateField):
        return
    rows = model._default_manager.filter(**{f"{field.name}__isnull": False})
    if isinstance(field, models.DateTimeField):
        for zone in zones:
            there = rows.annotate(day_it_fell_on=TruncDate(field.name, tzinfo=ZoneInfo(zone))).order_by()
            yield from there.values_list("day_it_fell_on", flat=True).distinct()
    else:
        yield from rows.order_by().values_list(field.name, flat=True).distinct()
