"""What a study's figures say to those who may not see single patients: in steps, so that none gives one away.

Two figures before and after one new score are that score. So figures are published for a set of people as they stood
then, and again only when the set is the same one, or at least ``k`` people of it differ from every set before.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.conf import settings

from reports.models import StudyPublication
from tracking.models import (
    Assessment,
    Dose,
    DoseChange,
    ScaleScore,
    Study,
    TreatmentEpisode,
    TreatmentSession,
)

# Of each person: what the outcome rests on, and everything that any figure rests on.
Standing = Mapping[str, Sequence[str]]


def standing(study: Study) -> Standing:
    """Who is in the figures of a study, and a digest of what they rest on."""
    episodes = TreatmentEpisode.objects.filter(study=study)
    outcome, everything = defaultdict[int, list[str]](list), defaultdict[int, list[str]](list)
    scores = ScaleScore.objects.filter(
        assessment__in=Assessment.objects.counted().filter(episode__in=episodes),
        assessment__instrument=study.outcome_instrument,
        scale=study.outcome_scale,
    )
    for patient, *row in scores.values_list("assessment__episode__patient", "assessment", "value"):
        outcome[patient].append(str(row))
    began = ("patient", "pk", "arm", "protocol", "protocol_version", "starts_on", "ends_on", "status")
    for patient, *row in (
        *episodes.values_list(*began),
        *Assessment.objects.current()
        .filter(episode__in=episodes)
        .values_list("episode__patient", "pk", "rater"),
        *TreatmentSession.objects.standing()
        .filter(episode__in=episodes)
        .values_list("episode__patient", "pk", "starts_at", "attendance"),
        *Dose.objects.standing()
        .filter(session__episode__in=episodes)
        .values_list("session__episode__patient", "pk", "given_at", "amount"),
        *DoseChange.objects.standing()
        .filter(course__episode__in=episodes, course__voided_at__isnull=True)
        .values_list("course__episode__patient", "pk", "changed_on", "amount_per_day"),
    ):
        everything[patient].append(str(row))
    return {str(patient): [_digest(outcome[patient]), _digest(rows)] for patient, rows in everything.items()}


def _digest(rows: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(rows)).encode()).hexdigest()[:24]


def publish(*, study: Study, people: Standing, results: Sequence[Mapping[str, object]]) -> bool:
    """Whether these figures take the place of what is published. Called within the transaction that stores them,
    under the mark of the study, so that two never compare with the same set before."""
    before = list(StudyPublication.objects.filter(study=study).order_by("pk"))
    if any(tells(people, each.people, settings.RELEASE_SMALLEST_CLASS) for each in before):
        return False
    if before and before[-1].people == people and before[-1].results == list(results):
        return False
    StudyPublication.objects.create(study=study, people=people, results=list(results))
    StudyPublication.objects.filter(pk__in=[each.pk for each in before]).update(results=[])
    return True


def published_people(study: Study) -> list[Standing]:
    """Of whom figures were published, each time, the oldest first."""
    published = StudyPublication.objects.filter(study=study).order_by("pk")
    return list(published.values_list("people", flat=True))


def tells(one: Standing, other: Standing, k: int) -> bool:
    """Whether two sets of people differ in 1 to k - 1 of them: in what their outcome rests on, or in anything."""
    names = set(one) | set(other)
    return any(
        0 < sum(_part(one, name, part) != _part(other, name, part) for name in names) < k for part in (0, 1)
    )


def _part(people: Standing, name: str, part: int) -> str:
    return people[name][part] if name in people else ""
