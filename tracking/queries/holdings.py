"""Everything that is held about one person, found by the keys of the tables.

A table that a later version adds is met without being named, whichever app it is of. What hangs on nobody by a key
stands here: the account, the two logs and what is odd in one of them, which know people by their public ids alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from django.db.models import ManyToOneRel, Model, QuerySet
from knox.models import AuthToken

from tracking.models import AuditEvent, OddLook, Patient, ReadEvent, RoleGrant, User

Keys = dict[type[Model], set[int]]
LOGS: tuple[type[Model], ...] = (AuditEvent, ReadEvent, OddLook)
ACCOUNT: dict[type[Model], str] = {  # by the path that leads to the user
    User: "pk",
    RoleGrant: "user",
    EmailAddress: "user",
    EmailConfirmation: "email_address__user",
    Authenticator: "user",
    AuthToken: "user",
}


def hanging_on(model: type[Model]) -> Iterator[tuple[type[Model], str]]:
    """Each table with a key to this one, and the name of that key; the tables between two as well."""
    for relation in model._meta.get_fields(include_hidden=True):
        if isinstance(relation, ManyToOneRel):
            yield relation.related_model, relation.field.name


def tables_about_patients() -> set[type[Model]]:
    """Every table whose rows belong to a patient, by whatever chain of keys."""
    found: set[type[Model]] = set()
    waiting: list[type[Model]] = [Patient]
    while waiting:
        model = waiting.pop()
        if model not in found:
            found.add(model)
            waiting += [child for child, _ in hanging_on(model)]
    return found


def keys_under(rows: Keys) -> Keys:
    """The same rows with all that hangs on them, by table."""
    found: Keys = {model: set(keys) for model, keys in rows.items()}
    waiting = list(rows.items())
    while waiting:
        model, keys = waiting.pop()
        for child, name in hanging_on(model):
            hanging = child._base_manager.filter(**{f"{name}__in": keys}).values_list("pk", flat=True)
            new = set(hanging) - found.get(child, set())
            if new:
                found.setdefault(child, set()).update(new)
                waiting.append((child, new))
    return found


def keys_about(patient: Patient) -> Keys:
    """The keys of all rows that belong to this person, by table; those of a record that was merged into this one,
    too."""
    return keys_under({Patient: {patient.pk}})


def rows_about(patient: Patient) -> dict[type[Model], QuerySet[Model]]:
    """The rows themselves, oldest first, with the account and what the logs say of this person."""
    keys = keys_about(patient)
    rows = {model: model._base_manager.filter(pk__in=found) for model, found in keys.items()}
    people = Patient._base_manager.filter(pk__in=keys[Patient])
    for log in LOGS:
        rows[log] = log._base_manager.filter(patient__in=people.values("public_id"))
    users = people.exclude(user=None).values("user")
    for model, path in ACCOUNT.items():
        rows[model] = model._base_manager.filter(**{f"{path}__in": users})
    return {model: found.order_by("pk") for model, found in rows.items()}
