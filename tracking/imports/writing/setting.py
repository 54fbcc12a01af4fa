"""Where an import goes: the team of its patients, the study, and the scales that the study declares."""

from __future__ import annotations

from tracking.actions import care
from tracking.errors import InvalidInput
from tracking.imports.reading.spec import Place, Spec, StudyText
from tracking.models import CareTeam, DeclaredScale, Site, Study, User
from tracking.rules.policies.imports import check_may_import, check_may_import_into
from tracking.rules.policies.instruments import SHIPPED
from tracking.vocabulary import Diagnosis


def check_diagnosis(spec: Spec) -> None:
    """The vocabulary lives with the models, which the reader of specs does not know."""
    if spec.episode and spec.episode.diagnosis not in Diagnosis.values:
        raise InvalidInput("episode.diagnosis", f"must be one of {', '.join(Diagnosis.values)}")


def team_of(by: User | None, place: Place | None) -> CareTeam | None:
    """The team of new patients, made with its site where the spec describes the site. ``None``: the file
    brings no new patients. Raises ``NotPermitted`` before anything is made."""
    if place is None:
        return None
    site = Site.objects.filter(key=place.site).first()
    team = CareTeam.objects.filter(site__key=place.site, name=place.team).first()
    check_may_import(by, {team} if team else set())
    return team or care.create_team(by=by, site=site or _create_site(by, place), name=place.team)


def _create_site(by: User | None, place: Place) -> Site:
    if not place.site_name:
        raise InvalidInput("place.site", f"there is no site {place.site}: make it first, or describe it")
    return care.create_site(by=by, key=place.site, name=place.site_name, crisis_contacts=place.contacts)


def study_of(by: User | None, key: str, text: StudyText | None, team: CareTeam | None) -> Study:
    """The study, locked: two imports into it take turns. Made where the spec describes it.

    A clinician imports into an own study, and only an administrator or the command line makes a new one.
    """
    study = Study.objects.select_for_update().filter(key=key).first()
    check_may_import_into(by, study)
    if study is not None:
        if text is not None:
            _check_same_study(study, text)
        return study
    if text is None or team is None:
        raise InvalidInput("study", f"there is no study {key}, and this file only adds to one")
    return care.create_study(
        by=by,
        key=key,
        title=text.title,
        outcome_instrument=text.outcome_instrument,
        outcome_scale=text.outcome_scale,
        endpoint=text.endpoint,
        site=team.site,
        is_simulated=text.is_simulated,
        provenance=text.provenance,
        is_published=text.is_published,
    )


def _check_same_study(study: Study, text: StudyText) -> None:
    """A file must not turn a study into another one, nor mix invented people with real ones."""
    stored = (study.outcome_instrument, study.outcome_scale, study.endpoint)
    if stored != (text.outcome_instrument, text.outcome_scale, text.endpoint):
        raise InvalidInput("study", f"{study.key} exists with another outcome or endpoint than the spec says")
    if study.is_simulated != text.is_simulated:
        raise InvalidInput("study", f"{study.key} would mix simulated people with real ones")


def declare_scales(study: Study, spec: Spec) -> None:
    """The scales that the study has totals of only. What was declared once does not change, also where an
    instrument of that key ships by now; but none of those is declared anew."""
    known = set(DeclaredScale.objects.filter(study=study).values_list("key", flat=True))
    for key, definition in spec.declared.items():
        if key in SHIPPED and key not in known:
            reason = "ships with Throughline: name it in assessments, or choose another key"
            raise InvalidInput(f"declared {key}", reason)
        scale, made = DeclaredScale.objects.get_or_create(
            study=study, key=key, defaults={"definition": definition}
        )
        if not made and scale.definition != definition:
            raise InvalidInput(f"declared {key}", "differs from what this study has declared before")
