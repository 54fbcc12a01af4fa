"""The rows of the own patients: whatever a clinician reads or answers through the API is among them."""

from __future__ import annotations

from django.db.models import QuerySet

from tracking.models import Assessment, AssessmentRequest, TreatmentEpisode, User
from tracking.models.assessments import AssessmentQuerySet


def caseload_requests(user: User) -> QuerySet[AssessmentRequest]:
    """The requests of the own patients, without what the user was asked as a rater or as a patient."""
    episodes = TreatmentEpisode.objects.visible_to(user)
    return AssessmentRequest.objects.visible_to(user).filter(episode__in=episodes)


def caseload_assessments(user: User) -> AssessmentQuerySet:
    """Every version of the own patients' assessments, with what is shown beside each."""
    episodes = TreatmentEpisode.objects.visible_to(user)
    rows = Assessment.objects.visible_to(user).filter(episode__in=episodes)
    related = ("episode__patient", "episode__study", "request", "supersedes", "superseded_by")
    return rows.select_related(*related).prefetch_related("scores", "outcomes", "alerts")
