"""Every stored field says how private it is. One that says nothing must not be able to leave by accident."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db.models import Model

from tracking.privacy import Privacy, classes

MODELS = [model for app in ("tracking", "reports") for model in apps.get_app_config(app).get_models()]
# Who somebody is, and what may hold anything: on these no release may ever be built.
NEVER = {
    "PatientIdentity": {"given_name", "family_name", "date_of_birth", "record_number", "email", "phone"},
    "User": {"email", "name"},
    "EpisodeSource": {"source_id"},
    "Patient": {"study_code", "team", "timezone"},
    "Presence": {"user"},
}
UNWRITTEN = {"note", "void_reason", "correction_reason", "closed_note", "decision_note", "purpose"}


def stored(model: type[Model]) -> set[str]:
    meta = model._meta
    return {field.name for field in (*meta.local_concrete_fields, *meta.local_many_to_many)}


def test_there_is_something_to_check() -> None:
    assert {"Patient", "PatientIdentity", "Assessment", "EpisodeCourse", "Release"} <= {
        model.__name__ for model in MODELS
    }


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_field_has_exactly_one_class(model: type[Model]) -> None:
    """``classes`` itself refuses a second class; here: none is missing, and none is of a field long gone."""
    assert set(model.__dict__["privacy"]) == stored(model)
    assert all(isinstance(each, Privacy) for each in model.privacy.values())


@pytest.mark.parametrize("name", NEVER)
def test_who_somebody_is_never_leaves(name: str) -> None:
    model = next(model for model in MODELS if model.__name__ == name)
    assert {field for field in NEVER[name] if model.privacy[field] != Privacy.IDENTIFIER} == set()


def test_free_text_never_leaves() -> None:
    found = {(m.__name__, f): m.privacy[f] for m in MODELS for f in UNWRITTEN & stored(m)}
    assert len(found) > len(UNWRITTEN)
    assert {place for place, privacy in found.items() if privacy != Privacy.FREE_TEXT} == set()


def test_a_field_cannot_be_in_two_classes() -> None:
    with pytest.raises(ValueError, match="classed twice"):
        classes(safe="arm", quasi="arm")


def test_a_class_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="harmless"):
        classes(harmless="arm")
