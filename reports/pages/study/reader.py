"""Who looks at a study: may single patients be shown, and by which rule are the others counted?"""

from __future__ import annotations

from django.conf import settings
from django.db.models import Q, QuerySet

from reports.stats.counts import SAFE, CountRule
from tracking.models import Patient, Study, TreatmentEpisode, User


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


def known_people(user: User, study: Study) -> set[str]:
    """The patients of a study whose rows the user may see: what is told of the others must not be left when these are
    taken away."""
    patients = Patient.objects.filter(episodes__in=_known(user, study))
    return set(map(str, patients.values_list("public_id", flat=True)))


def _known(user: User, study: Study) -> QuerySet[TreatmentEpisode]:
    known = Q(pk__in=TreatmentEpisode.objects.visible_to(user))
    if study.is_published:
        known |= Q(imported_from__isnull=False)
    return TreatmentEpisode.objects.filter(known, study=study)
