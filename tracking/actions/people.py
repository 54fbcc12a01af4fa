"""Users and roles, patients, who they are, and what they said about research."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from tracking import clock
from tracking.actions import audit
from tracking.actions.access import ask_again, give
from tracking.actions.marks import want_episode
from tracking.actions.moves import move, moved
from tracking.actions.outbox import queue_mail
from tracking.actions.sign_in import password_link
from tracking.errors import Conflict, InvalidInput, NotPermitted
from tracking.fields import Unreadable
from tracking.models import (
    CareTeam,
    Patient,
    PatientIdentity,
    ResearchConsent,
    RoleGrant,
    Site,
    User,
    not_ended,
)
from tracking.models.constraints import only
from tracking.queries.administration import administered_sites, governs_everything
from tracking.rules import checks
from tracking.rules.policies.days import local_today
from tracking.vocabulary import AuditAction, ConsentKind, Role, Sex

CODE_LETTERS = "23456789ACDEFGHJKLMNPQRTUVWXYZ"  # without those that are read as another
CODE_LENGTH = 6
IDENTITY_FIELDS = ("given_name", "family_name", "date_of_birth", "record_number", "email", "phone")
DAY = timedelta(days=1)


@transaction.atomic
def create_user(*, by: User | None, email: str, name: str, password: str | None = None) -> User:
    """A new account without any role. ``by`` is ``None`` for the command line; without a password nobody
    can sign in until one is chosen by mail."""
    email = _clean_email("email", email)
    name = checks.clean_line("name", name, longest=120)
    try:
        user = User.objects.create_user(email=email, password=password, name=name)
    except IntegrityError as error:
        only(error, "tracking_user.email")
        raise InvalidInput("email", _("belongs to another account")) from None
    audit.record(by=by, action=AuditAction.CREATE_USER, target=user)
    return user


@transaction.atomic
def invite_user(*, by: User | None, email: str, name: str) -> User:
    """A new account, and a mail with a link by which its owner chooses a password, once."""
    user = create_user(by=by, email=email, name=name)
    words = _("An account was made for you. Please choose your password here:")
    queue_mail(
        to=user.email,
        subject=_("Your Throughline account"),
        body=f"{words}\n\n{password_link(user)}",
    )
    return user


@transaction.atomic
def set_active(*, by: User, user: User, is_active: bool) -> None:
    """Closes an account, which ends its sessions at the next request, or opens it again: then a second person has to
    approve once more what it is given."""
    _refuse_own(by, user)
    other = Q(is_active=not is_active)
    move(user, other, is_active=is_active, otherwise=_("the account is already in that state"))
    if is_active:
        ask_again(by=by, user=user)
    audit.record(by=by, action=AuditAction.OPEN_USER if is_active else AuditAction.CLOSE_USER, target=user)


@transaction.atomic
def grant_role(
    *, by: User | None, user: User, role: str, site: Site | None = None, starts_on: date | None = None
) -> RoleGrant:
    """Gives a role from a day on, today when none is named. Only an administrator (or the command line)
    grants, and nobody grants to themselves: raises ``NotPermitted``. ``Conflict`` when it is held or waits already."""
    _check_grantor(by, user)
    checks.clean_choice("role", role, Role.values)
    _check_reach(by, role, site)
    User.objects.select_for_update().get(pk=user.pk)
    grant = RoleGrant(user=user, role=role, site=site, starts_on=starts_on or clock.today())
    held = RoleGrant.objects.filter(user=user, role=role, site=site)
    give(by=by, row=grant, held=held, otherwise=_("this role is already held"))
    audit.record(by=by, action=AuditAction.GRANT_ROLE, target=user, role=role, standing=grant.standing)
    return grant


@transaction.atomic
def end_role(*, by: User | None, grant: RoleGrant, ends_on: date) -> None:
    """The role ends; ``ends_on`` is its last day. Yesterday ends it at once. Raises ``Conflict`` when it has
    ended before, ``NotPermitted`` for an own role and for one at another site."""
    _check_grantor(by, grant.user)
    _check_place(by, grant.site)
    checks.check_order("ends_on", grant.starts_on - DAY, ends_on, of="the day before it began")
    move(grant, not_ended(), ends_on=ends_on, otherwise=_("this role has already ended"))
    audit.record(by=by, action=AuditAction.END_ROLE, target=grant.user, role=grant.role)


@transaction.atomic
def enrol_patient(
    *,
    by: User | None,
    team: CareTeam,
    identity: Mapping[str, object] | None,
    sex: str,
    enrolled_on: date,
    timezone: str = "UTC",
    language: str = "",
    is_simulated: bool = False,
) -> Patient:
    """A new patient of a team under a random study code. ``identity`` is ``None`` where none is known,
    ``language`` empty for that of the site."""
    patient = Patient(
        study_code=new_study_codes(1)[0],
        team=team,
        sex=checks.clean_choice("sex", sex, Sex.values),
        enrolled_on=enrolled_on,
        timezone=checks.clean_timezone("timezone", timezone),
        language=checks.clean_language("language", language, needed=False),
        is_simulated=is_simulated,
    )
    checks.check_past_day("enrolled_on", enrolled_on, local_today(patient))
    patient.save()
    if identity is not None:
        PatientIdentity.objects.create(patient=patient, **_clean_identity(identity))
    audit.record(by=by, action=AuditAction.ENROL_PATIENT, target=patient, patient=patient)
    return patient


def new_study_codes(count: int) -> list[str]:
    """So many study codes that nobody has. Drawn at random: a code says nothing about order or person."""
    codes: set[str] = set()
    while len(codes) < count:
        drawn = {"".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH)) for _ in range(count)}
        codes |= drawn - set(
            Patient.objects.filter(study_code__in=drawn).values_list("study_code", flat=True)
        )
    return list(codes)[:count]


@transaction.atomic
def link_account(*, by: User, patient: Patient, user: User) -> None:
    """Gives a patient an account of their own: they answer and read their own answers. Raises ``Conflict``
    when the patient or the account is already linked."""
    User.objects.select_for_update().get(pk=user.pk)
    if Patient.objects.filter(user=user).exists():
        raise Conflict(_("this account belongs to another patient"))
    move(patient, Q(user=None), user=user, otherwise=_("this patient already has an account"))
    patient.user = user
    RoleGrant.objects.create(user=user, role=Role.PATIENT, starts_on=clock.today(), granted_by=by)
    audit.record(by=by, action=AuditAction.LINK_ACCOUNT, target=patient, patient=patient)


@transaction.atomic
def record_consent(*, by: User, patient: Patient, kind: str, stated_on: date) -> ResearchConsent:
    """One statement about research. A withdrawal needs a consent before it; saying the same twice in a row
    is a ``Conflict``."""
    Patient.objects.select_for_update().get(pk=patient.pk)
    checks.clean_choice("kind", kind, ConsentKind.values)
    checks.check_past_day("stated_on", stated_on, local_today(patient))
    latest = ResearchConsent.objects.said_by(patient).last()
    if latest is None and kind == ConsentKind.WITHDRAWN:
        raise InvalidInput("kind", _("no consent was given that could be withdrawn"))
    if latest and latest.kind == kind:
        given = kind == ConsentKind.GIVEN
        raise Conflict(
            _("consent is already recorded as given")
            if given
            else _("consent is already recorded as withdrawn")
        )
    if latest:
        checks.check_order("stated_on", latest.stated_on, stated_on, of="the last statement")
    consent = ResearchConsent.objects.create(patient=patient, kind=kind, stated_on=stated_on, recorded_by=by)
    audit.record(by=by, action=AuditAction(f"consent_{kind}"), target=patient, patient=patient)
    return consent


@transaction.atomic
def change_identity(*, by: User, patient: Patient, **changes: object) -> PatientIdentity:
    """Corrects who a patient is. The audit names the fields, never what they hold. A new date of birth
    also corrects the age at the start of each dated episode. What is as it was is not written, and neither is an
    empty field in the place of what cannot be read."""
    Patient.objects.select_for_update().get(pk=patient.pk)
    unknown = set(changes) - set(IDENTITY_FIELDS)
    if unknown:
        raise InvalidInput(min(unknown), _("is not part of the identity"))
    known = PatientIdentity.objects.filter(patient=patient).first()
    before = {field: getattr(known, field) for field in IDENTITY_FIELDS} if known else {}
    after = _clean_identity(before | changes)
    changed = sorted(field for field, value in after.items() if _differs(before.get(field), value))
    if known and not changed:
        return known
    new = {field: after[field] for field in changed}
    identity = PatientIdentity.objects.update_or_create(patient=patient, defaults=new)[0]
    if "date_of_birth" in changed:
        _correct_ages(patient, identity)
    audit.record(by=by, action=AuditAction.CHANGE_IDENTITY, target=patient, patient=patient, fields=changed)
    return identity


def _differs(before: object, value: str | None) -> bool:
    if isinstance(before, Unreadable):
        return bool(value)  # typed in anew; left empty, it stays for the day on which its key is found
    return before != value


@transaction.atomic
def change_patient(
    *, by: User, patient: Patient, sex: str, timezone: str, language: str, **identity: object
) -> None:
    """Corrects who a patient is, the time zone by which the patient's days are told, and the language in which the
    patient is asked, empty for that of the site. The audit has what was there and what is."""
    change_identity(by=by, patient=patient, **identity)
    known = Patient.objects.get(pk=patient.pk)
    clean = {
        AuditAction.CHANGE_LANGUAGE: ("language", checks.clean_language("language", language, needed=False)),
        AuditAction.CHANGE_SEX: ("sex", checks.clean_choice("sex", sex, Sex.values)),
        AuditAction.CHANGE_TIME_ZONE: ("timezone", checks.clean_timezone("timezone", timezone)),
    }
    changed = [action for action, (name, value) in clean.items() if _corrected(patient, name, value)]
    for action in changed:
        name, value = clean[action]
        details = {name: value, "before": getattr(known, name)}
        audit.record(by=by, action=action, target=patient, patient=patient, **details)
    if {AuditAction.CHANGE_SEX, AuditAction.CHANGE_TIME_ZONE} & set(changed):
        for episode in patient.episodes.order_by("pk"):
            want_episode(episode=episode)


def _corrected(patient: Patient, name: str, value: str) -> bool:
    return moved(patient, ~Q(**{name: value}), **{name: value})


def _correct_ages(patient: Patient, identity: PatientIdentity) -> None:
    for episode in patient.episodes.filter(dates_are_nominal=False):
        episode.age_at_start = identity.age_on(episode.starts_on)
        episode.save(update_fields=["age_at_start"])
        want_episode(episode=episode)


def _clean_identity(values: Mapping[str, object]) -> dict[str, str | None]:
    unknown = set(values) - set(IDENTITY_FIELDS)
    if unknown:
        raise InvalidInput(min(unknown), _("is not part of the identity"))
    texts = {name: str(values.get(name) or "") for name in IDENTITY_FIELDS}
    return {
        "given_name": checks.clean_line("given_name", texts["given_name"], longest=120),
        "family_name": checks.clean_line("family_name", texts["family_name"], longest=120),
        "date_of_birth": _clean_birth(texts["date_of_birth"]),
        "record_number": checks.clean_line("record_number", texts["record_number"], longest=60, needed=False),
        "email": _clean_email("email", texts["email"]) if texts["email"].strip() else "",
        "phone": checks.clean_line("phone", texts["phone"], longest=40, needed=False),
    }


def _clean_birth(text: str) -> str | None:
    """The date of birth as ISO text, as it is stored; ``None`` when it is not known."""
    if not text:
        return None
    try:
        born = date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("date_of_birth", _("is not a date")) from None
    checks.check_past_day("date_of_birth", born, clock.today())
    return born.isoformat()


def _clean_email(field: str, value: str) -> str:
    """In small letters: the same person must not have two accounts that differ by a capital."""
    email = checks.clean_line(field, value, longest=254).lower()
    try:
        validate_email(email)
    except ValidationError:
        raise InvalidInput(field, _("is not a mail address")) from None
    return email


def _check_grantor(by: User | None, user: User) -> None:
    if by is None:
        return
    _refuse_own(by, user)
    if not by.has_role(Role.ADMINISTRATOR):
        raise NotPermitted(_("only a site administrator grants and ends roles"))


def _check_reach(by: User | None, role: str, site: Site | None) -> None:
    """Nobody hands out more than they hold: the administrator of a site makes none of another or of all."""
    if by is None or governs_everything(by):
        return
    if site is None and role in {Role.ADMINISTRATOR, Role.OFFICER}:
        raise InvalidInput("site", _("name the site that this role is for"))
    _check_place(by, site)


def _check_place(by: User | None, site: Site | None) -> None:
    """What somebody is trusted with at another site is for the administrators there."""
    if by is not None and site is not None and site not in administered_sites(by):
        raise NotPermitted(_("roles are granted and ended at the own sites only"))


def _refuse_own(by: User | None, user: User) -> None:
    if by == user:
        raise NotPermitted(_("nobody changes their own roles or account"))
