"""Sites, care teams and studies, who belongs to them, and the beginning of a treatment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tracking import clock
from tracking.actions import audit
from tracking.actions.access import give
from tracking.actions.contacts_on_disk import keep_contacts_after_commit
from tracking.actions.duplicates import enrol_all_the_same
from tracking.actions.marks import want_episode, want_study
from tracking.actions.moves import ANY_STATE, move, moved
from tracking.actions.people import enrol_patient
from tracking.errors import Conflict, InvalidInput, NotPermitted
from tracking.models import (
    CareTeam,
    Membership,
    Patient,
    PatientIdentity,
    Site,
    Study,
    StudyMembership,
    TreatmentEpisode,
    User,
    not_ended,
)
from tracking.models.constraints import only
from tracking.queries.administration import administered_sites
from tracking.queries.likeness import alike
from tracking.rules import checks
from tracking.rules import protocol as protocols
from tracking.rules.crisis import names_somebody
from tracking.rules.policies.days import local_today
from tracking.rules.policies.endings import check_alive
from tracking.rules.policies.likeness import check_another_person
from tracking.vocabulary import AuditAction, Diagnosis, EpisodeStatus

DAY = timedelta(days=1)
OLDEST_AGE = 130


@transaction.atomic
def create_site(
    *,
    by: User | None,
    key: str,
    name: str,
    timezone: str = "UTC",
    language: str = "en",
    crisis_contacts: str,
) -> Site:
    """A new clinic. ``language`` is that of patients who have none of their own. The crisis contacts are
    required: a patient must never be shown an empty list."""
    if not names_somebody(crisis_contacts):
        raise InvalidInput("crisis_contacts", _("name at least one contact that patients can reach"))
    site = Site(
        key=_clean_key(key),
        name=checks.clean_line("name", name, longest=120),
        timezone=checks.clean_timezone("timezone", timezone),
        language=checks.clean_language("language", language),
        crisis_contacts=crisis_contacts.strip(),
    )
    _store_under_key(site, _("belongs to another site"))
    audit.record(by=by, action=AuditAction.CREATE_SITE, target=site, site=site.key)
    keep_contacts_after_commit()
    return site


@transaction.atomic
def change_site_name(*, by: User, site: Site, name: str) -> None:
    """What staff and patients read as the name of the site. Its key, by which addresses and files call it, stays."""
    _check_administers(by, site)
    moved(site, ANY_STATE, name=checks.clean_line("name", name, longest=120))
    audit.record(by=by, action=AuditAction.CHANGE_SITE_NAME, target=site, site=site.key)


@transaction.atomic
def change_site_language(*, by: User, site: Site, language: str) -> None:
    """Patients of the site who have no language of their own are asked in this one from now on."""
    _check_administers(by, site)
    language = checks.clean_language("language", language)
    moved(site, ANY_STATE, language=language)
    audit.record(
        by=by, action=AuditAction.CHANGE_SITE_LANGUAGE, target=site, site=site.key, language=language
    )


@transaction.atomic
def change_site_tap(*, by: User, site: Site, tap_advances: bool) -> None:
    """Whether the next question comes by itself after an answer, for patients who have not chosen themselves."""
    _check_administers(by, site)
    moved(site, ANY_STATE, tap_advances=tap_advances)
    audit.record(
        by=by, action=AuditAction.CHANGE_SITE_TAP, target=site, site=site.key, tap_advances=tap_advances
    )


def _check_administers(by: User, site: Site) -> None:
    if site not in administered_sites(by):
        raise NotPermitted(_("only an administrator of the site changes how it asks"))


@transaction.atomic
def create_team(*, by: User | None, site: Site, name: str) -> CareTeam:
    """A new care team of a site, under a name that the site has not used."""
    name = checks.clean_line("name", name, longest=120)
    Site.objects.select_for_update().get(pk=site.pk)
    if CareTeam.objects.filter(site=site, name__iexact=name).exists():
        raise InvalidInput("name", _("belongs to another team of this site"))
    team = CareTeam.objects.create(site=site, name=name)
    audit.record(by=by, action=AuditAction.CREATE_TEAM, target=team)
    return team


@transaction.atomic
def add_member(
    *, by: User | None, team: CareTeam, user: User, is_lead: bool = False, starts_on: date | None = None
) -> Membership:
    """Puts a user into a team from a day on, today when none is named: from then on they see its patients, once a
    second person has approved it. Raises ``Conflict`` when they are in it, or about to be."""
    User.objects.select_for_update().get(pk=user.pk)
    membership = Membership(team=team, user=user, is_lead=is_lead, starts_on=starts_on or clock.today())
    held = Membership.objects.filter(team=team, user=user)
    give(by=by, row=membership, held=held, otherwise=_("this person is already in the team"))
    audit.record(
        by=by,
        action=AuditAction.ADD_MEMBER,
        target=team,
        user=str(user.public_id),
        is_lead=is_lead,
        standing=membership.standing,
    )
    return membership


@transaction.atomic
def end_membership(*, by: User | None, membership: Membership, ends_on: date) -> None:
    """The membership ends; ``ends_on`` is its last day. Yesterday ends it at once."""
    checks.check_order("ends_on", membership.starts_on - DAY, ends_on, of="the day before it began")
    move(membership, not_ended(), ends_on=ends_on, otherwise=_("this membership has already ended"))
    audit.record(
        by=by, action=AuditAction.END_MEMBERSHIP, target=membership.team, user=str(membership.user.public_id)
    )


@transaction.atomic
def create_study(
    *,
    by: User | None,
    key: str,
    title: str,
    outcome_instrument: str,
    endpoint: str,
    outcome_scale: str = "total",
    site: Site | None = None,
    is_simulated: bool = False,
    provenance: str = "",
    is_published: bool = False,
) -> Study:
    """A cohort with its outcome: which scale, judged at which named time point."""
    study = Study(
        key=_clean_key(key),
        title=checks.clean_line("title", title, longest=160),
        site=site,
        outcome_instrument=checks.clean_line("outcome_instrument", outcome_instrument, longest=40),
        outcome_scale=checks.clean_line("outcome_scale", outcome_scale, longest=40),
        endpoint=checks.clean_line("endpoint", endpoint, longest=40),
        is_simulated=is_simulated,
        provenance=provenance.strip(),
        is_published=is_published,
    )
    _store_under_key(study, _("belongs to another study"))
    audit.record(by=by, action=AuditAction.CREATE_STUDY, target=study)
    want_study(study=study)
    return study


@transaction.atomic
def add_study_member(
    *, by: User | None, study: Study, user: User, starts_on: date | None = None
) -> StudyMembership:
    """Lets a user see the figures of a study, once a second person has approved it. Raises ``Conflict`` when they
    already may, or are about to."""
    User.objects.select_for_update().get(pk=user.pk)
    membership = StudyMembership(study=study, user=user, starts_on=starts_on or clock.today())
    held = StudyMembership.objects.filter(study=study, user=user)
    give(by=by, row=membership, held=held, otherwise=_("this person is already in the study"))
    audit.record(
        by=by,
        action=AuditAction.ADD_STUDY_MEMBER,
        target=study,
        user=str(user.public_id),
        standing=membership.standing,
    )
    return membership


@transaction.atomic
def end_study_membership(*, by: User | None, membership: StudyMembership, ends_on: date) -> None:
    """The user sees the figures of the study no longer; ``ends_on`` is the last day. Yesterday ends it at
    once."""
    checks.check_order("ends_on", membership.starts_on - DAY, ends_on, of="the day before it began")
    move(membership, not_ended(), ends_on=ends_on, otherwise=_("this membership has already ended"))
    audit.record(
        by=by,
        action=AuditAction.END_STUDY_MEMBERSHIP,
        target=membership.study,
        user=str(membership.user.public_id),
    )


@transaction.atomic
def start_episode(
    *,
    by: User | None,
    patient: Patient,
    diagnosis: str,
    protocol: str,
    arm: str,
    starts_on: date,
    study: Study | None = None,
    covariates: Mapping[str, object] | None = None,
    dates_are_nominal: bool = False,
    age_at_start: int | None = None,
) -> TreatmentEpisode:
    """Begins one course of treatment. The age comes from the date of birth; ``age_at_start`` counts only
    where that is not known. Raises ``Conflict`` while another episode of the patient is running, and for the dead.

    An imported episode (``dates_are_nominal``) keeps the names of its source for protocol and arm. The
    protocol stays as it is today for as long as the episode runs.
    """
    Patient.objects.select_for_update().get(pk=patient.pk)
    check_alive(patient)
    checks.clean_choice("diagnosis", diagnosis, Diagnosis.values)
    checks.check_past_day("starts_on", starts_on, local_today(patient))
    if not dates_are_nominal:
        _check_arm(protocol, arm)
    if patient.episodes.filter(status=EpisodeStatus.ACTIVE).exists():
        raise Conflict(_("this patient is already in treatment; end that episode first"))
    episode = TreatmentEpisode.objects.create(
        patient=patient,
        study=study,
        diagnosis=diagnosis,
        protocol=protocol,
        protocol_version=known.version if (known := protocols.find(protocol)) else "",
        arm=arm,
        starts_on=starts_on,
        dates_are_nominal=dates_are_nominal,
        covariates=dict(covariates or {}),
        age_at_start=_age(patient, starts_on, age_at_start),
    )
    audit.record(by=by, action=AuditAction.START_EPISODE, target=episode, patient=patient, protocol=protocol)
    want_episode(episode=episode)
    return episode


@transaction.atomic
def admit_patient(
    *,
    by: User,
    team: CareTeam,
    identity: Mapping[str, object] | None,
    sex: str,
    enrolled_on: date,
    timezone: str,
    diagnosis: str,
    protocol: str,
    arm: str,
    starts_on: date,
    study: Study | None,
    language: str = "",
    another_person: str = "",
    asked_of: str = "",
) -> TreatmentEpisode:
    """Enrols a patient and begins the treatment, both or neither. Raises ``MayBeKnown`` where somebody like this is on
    record, unless ``another_person`` says why it is another than those of whom
    it was asked. Two who enrol at a site do so one after the other."""
    Site.objects.select_for_update().get(pk=team.site_id)
    found = alike(by, team, identity) if identity else ()
    reason = check_another_person(found, another_person, asked_of)
    patient = enrol_patient(
        by=by,
        team=team,
        identity=identity,
        sex=sex,
        enrolled_on=enrolled_on,
        timezone=timezone,
        language=language,
    )
    enrol_all_the_same(by=by, patient=patient, found=found, reason=reason)
    return start_episode(
        by=by,
        patient=patient,
        diagnosis=diagnosis,
        protocol=protocol,
        arm=arm,
        starts_on=starts_on,
        study=study,
    )


def _clean_key(key: str) -> str:
    key = checks.clean_line("key", key, longest=50)
    try:
        validate_slug(key)
    except ValidationError:
        raise InvalidInput("key", _("may hold letters, digits, hyphens and underscores only")) from None
    return key


def _store_under_key(row: Site | Study, otherwise: str) -> None:
    """Stores a new row. That its key is taken is what the database says: somebody may have taken it just now."""
    try:
        row.save(force_insert=True)
    except IntegrityError as error:
        only(error, f"{row._meta.db_table}.key")
        raise InvalidInput("key", otherwise) from None


def _check_arm(protocol: str, arm: str) -> None:
    """A treatment may follow no protocol; one that is named must exist and have this arm."""
    if not protocol:
        return
    known = protocols.find(protocol)
    if known is None:
        said = _("is not a protocol; known: {keys}")
        raise InvalidInput("protocol", said.format(keys=", ".join(protocols.keys())))
    if arm not in known.arm_keys:
        said = _("is not an arm of {protocol}; known: {keys}")
        raise InvalidInput("arm", said.format(protocol=protocol, keys=", ".join(known.arm_keys)))


def _age(patient: Patient, starts_on: date, stated: int | None) -> int | None:
    # As it stands: the patient may have been read before it was corrected.
    identity = PatientIdentity.objects.filter(patient=patient).first()
    age = identity.age_on(starts_on) if identity else None
    age = stated if age is None else age
    if age is not None and not 0 <= age <= OLDEST_AGE:
        raise InvalidInput("age_at_start", _("must lie between 0 and {oldest}").format(oldest=OLDEST_AGE))
    return age
