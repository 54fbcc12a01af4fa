"""Who looks at a study: may single patients be shown, and by which rule are the others counted?"""

from __future__ import annotations

from collections.abc import Collection

from django.conf import settings
from django.db.models import Q, QuerySet

from reports.models import ReleaseMember
from reports.release_frames import told_groups
from reports.stats.counts import SAFE, CountRule
from tracking.models import Study, TreatmentEpisode, User


def may_see_patients(user: User, study: Study) -> bool:
    """Whether single patients may be drawn: those of a published data set, and those whom the user treats."""
    episodes = TreatmentEpisode.objects.filter(study=study)
    return episodes.exists() and not episodes.exclude(pk__in=_known(user, study)).exists()


def rule_for(user: User, study: Study) -> CountRule | None:
    """How this reader is told counts of people; ``None``: exactly, as each of them may be seen."""
    if may_see_patients(user, study):
        return None
    by_class = settings.TEAM_FIGURES_BY_CLASS and _known(user, study).exists()
    return CountRule(settings.RELEASE_SMALLEST_CLASS) if by_class else SAFE


def sees_all_but_a_few(user: User, study: Study, people: Collection[str], rule: CountRule) -> bool:
    """Whether the user has the rows of these people (by key), or of those of an arm, but for a few, by treating them
    or in a release: what is told of all of them, less these rows, would be told of the few."""
    rows = (_known(user, study), ReleaseMember.objects.held_by(user, study))
    known = {str(patient) for found in rows for patient in found.values_list("patient", flat=True)}
    groups = told_groups(study, people) if known else []
    return any(group & known and rule.is_of_a_few(len(group - known)) for group in groups)


def _known(user: User, study: Study) -> QuerySet[TreatmentEpisode]:
    known = Q(pk__in=TreatmentEpisode.objects.visible_to(user))
    if study.is_published:
        known |= Q(imported_from__isnull=False)
    return TreatmentEpisode.objects.filter(known, study=study)
