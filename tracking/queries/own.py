"""What a patient reads about the own answers."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from measures.instrument import Band, Scale
from tracking.models import Assessment, AssessmentRequest, Patient, User
from tracking.queries.assessments import own_self_reports
from tracking.queries.sittings import answerable, crisis_contacts
from tracking.rules.crisis import Contact
from tracking.rules.policies.instruments import Shelf
from tracking.rules.policies.wordings import Wordings
from tracking.tongues import language_of


@dataclass(frozen=True, slots=True)
class OwnReport:
    """One own self-report: the main score, its words, and how it moved since the report before."""

    assessment: Assessment
    title: str
    scale: Scale
    value: float | None
    band: Band | None
    change: float | None
    is_estimate: bool

    @property
    def moved(self) -> str:
        """The change since the report before, in words."""
        if self.change is None:
            return ""
        points = round(abs(self.change))
        if not points:
            return _("about the same") if self.change else _("the same")
        if self.change > 0:
            return ngettext("{n} higher", "{n} higher", points).format(n=points)
        return ngettext("{n} lower", "{n} lower", points).format(n=points)

    @property
    def reading(self) -> str:
        """Which way is better, where the scale says so."""
        return {
            "higher_is_worse": _("a lower number is better."),
            "higher_is_better": _("a higher number is better."),
            "neutral": "",
        }[self.scale.direction]


def own_reports(user: User) -> list[OwnReport]:
    """The own self-reports, newest first. A score that could not be computed is none, never zero."""
    shelf, lines = Shelf(), []
    before: dict[str, float] = {}
    for assessment in reversed(own_self_reports(user)):
        line = _report(assessment, shelf, before.get(assessment.instrument))
        if line.value is not None:
            before[assessment.instrument] = line.value
        lines.append(line)
    return lines[::-1]


def _report(assessment: Assessment, shelf: Shelf, before: float | None) -> OwnReport:
    instrument = shelf.get(assessment.instrument, assessment.version)
    scale = instrument.primary_scale
    score = next((one for one in assessment.scores.all() if one.scale == scale.key), None)
    value = score.best if score else None
    band = next((band for band in scale.bands if score and band.key == score.band), None)
    change = None if value is None or before is None else value - before
    return OwnReport(
        assessment=assessment,
        title=instrument.short_title,
        scale=scale,
        value=value,
        band=band,
        change=change,
        is_estimate=bool(score and score.value is None),
    )


def own_contacts(user: User) -> tuple[Contact, ...]:
    """Whom this patient can call; none for an account without a patient."""
    patient = Patient.objects.filter(user=user).select_related("team__site").first()
    return crisis_contacts(patient, get_language() or "") if patient else ()


def own_language(user: User) -> str:
    """The language of a patient's own pages: the one chosen for them, else that in which the patient is asked."""
    patient = Patient.objects.filter(user=user).select_related("team__site").first()
    return language_of(user.language, *((patient.language, patient.team.site.language) if patient else ()))


def own_open_requests(user: User, language: str) -> list[AssessmentRequest]:
    """The questionnaires that this patient can answer on screen today, in the language of the page. What has no words
    in it is sent by staff, who choose another."""
    rows = AssessmentRequest.objects.visible_to(user).filter(episode__patient__user=user)
    asked = answerable(rows.select_related("episode__patient__team__site"))
    wordings = Wordings()
    return [one for one in asked if language in wordings.languages_of(one)]
