"""Whose rows may leave, and in which order they are dealt with."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.crypto import salted_hmac

from tracking.models import Patient, ResearchConsent, Study, TreatmentEpisode
from tracking.vocabulary import ConsentKind


def consenting(study: Study) -> QuerySet[Patient]:
    """Patients with a treatment episode in this study whose latest statement about research is consent."""
    latest = ResearchConsent.objects.said_by(OuterRef("pk")).order_by("-stated_on", "-id")
    in_study = Patient.objects.filter(episodes__study=study).distinct()
    return in_study.alias(said=Subquery(latest.values("kind")[:1])).filter(said=ConsentKind.GIVEN)


def unreadable(study: Study) -> set[Patient]:
    """Of these, whose identity does not open with the keys at hand: no leak of it could be looked for."""
    held = consenting(study).filter(identity__isnull=False).select_related("identity")
    return {patient for patient in held if not patient.identity.is_readable}


def told_groups(study: Study, people: Collection[str]) -> list[frozenset[str]]:
    """Of whom a page of the study tells figures, when these are its people, by key: of all of them, and of each arm."""
    arms: dict[str, set[str]] = {}
    rows = TreatmentEpisode.objects.filter(study=study).order_by("arm")
    for arm, patient in rows.values_list("arm", "patient"):
        arms.setdefault(arm, set()).add(str(patient))
    everybody = frozenset(people)
    return [everybody, *(everybody & arm for arm in arms.values())]


def secret_order(patient: Patient) -> str:
    """Sorts patients in an order that nobody outside can know and that is the same at every release.

    Whose values are suppressed to fill up a class follows it: if each release drew anew, two of them put side
    by side would undo each other.
    """
    return salted_hmac("reports.release", str(patient.public_id), algorithm="sha256").hexdigest()
