"""Sites, users and what they may do, patients and who they are."""

from __future__ import annotations

import uuid
from datetime import date
from functools import cached_property

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from tracking import clock
from tracking.fields import EncryptedTextField, Unreadable
from tracking.privacy import classes
from tracking.vocabulary import ConsentKind, Role, Sex, Standing

ACCESS_FIELDS = "id user starts_on ends_on standing opens_at granted_by granted_at decided_by decided_at"


def current(prefix: str = "") -> Q:
    """Roles and memberships that hold now: nobody else has to say yes, and it is one of their days. The last counts."""
    today = clock.today()
    return (
        given(prefix)
        & Q(**{f"{prefix}starts_on__lte": today})
        & (Q(**{f"{prefix}ends_on__isnull": True}) | Q(**{f"{prefix}ends_on__gte": today}))
    )


def given(prefix: str = "") -> Q:
    """Roles and memberships to which nobody else has to say yes any more, whatever their days: for looking back."""
    return Q(**{f"{prefix}standing": Standing.GIVEN}) | Q(**{f"{prefix}opens_at__lte": clock.now()})


def waiting() -> Q:
    """Roles and memberships that do not hold yet, because a second person or a delay stands before them."""
    delayed = Q(standing=Standing.DELAYED, opens_at__gt=clock.now())
    return not_ended() & (Q(standing=Standing.ASKED) | delayed)


def not_ended() -> Q:
    """Rows with ``ends_on`` that hold today or will."""
    return ~Q(ends_on__lt=clock.today())


class Access(models.Model):
    """What somebody is given from a day to a day: a role, a place in a team, a study. Ended, never deleted.

    ``current`` is the one place that says whether it holds. ``granted_by`` is nobody where the command line gave it.
    """

    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    standing = models.CharField(max_length=10, choices=Standing, default=Standing.GIVEN)
    opens_at = models.DateTimeField(null=True, help_text="When the delay is over.")
    granted_by = models.ForeignKey("tracking.User", on_delete=models.PROTECT, null=True, related_name="+")
    granted_at = models.DateTimeField(default=clock.now, editable=False)
    decided_by = models.ForeignKey("tracking.User", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(standing=Standing.DELAYED, opens_at__isnull=False)
                | ~Q(standing=Standing.DELAYED) & Q(opens_at__isnull=True),
                name="%(class)s_opens_after_a_delay",
            ),
            models.CheckConstraint(
                condition=~Q(standing=Standing.GIVEN)
                | Q(decided_by__isnull=True)
                | ~Q(decided_by=models.F("granted_by")) & ~Q(decided_by=models.F("user")),
                name="%(class)s_is_approved_by_another",
            ),
            models.CheckConstraint(
                condition=Q(granted_by__isnull=True) | ~Q(granted_by=models.F("user")),
                name="nobody_gives_themselves_a_%(class)s",
            ),
        ]

    @property
    def is_waiting(self) -> bool:
        """As ``waiting`` says it of the table."""
        return self.standing == Standing.ASKED or bool(self.opens_at and self.opens_at > clock.now())


class Site(models.Model):
    """A clinic. Its crisis contacts are what a patient is shown at once when an answer calls for them."""

    key = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    timezone = models.CharField(max_length=60, default="UTC")
    language = models.CharField(max_length=12, default="en", help_text="BCP 47, as in en-GB.")
    crisis_contacts = models.TextField(help_text="One contact a line: name, number, hours.")
    tap_advances = models.BooleanField(
        default=True,
        help_text="The next question comes by itself after an answer; whoever answers may change it.",
    )

    privacy = classes(internal="id tap_advances", identifier="key name timezone language crisis_contacts")

    def __str__(self) -> str:
        return self.name


class SiteContacts(models.Model):
    """The crisis contacts of a site in a language that is not its own: other lines, or the same told in other words."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="contacts")
    language = models.CharField(max_length=12, help_text="A language of the interface, as in de.")
    contacts = models.TextField(help_text="One contact a line: name, number, hours.")

    privacy = classes(internal="id site", identifier="language contacts")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "language"], name="contacts_once_per_language"),
            models.CheckConstraint(condition=~Q(contacts=""), name="contacts_name_somebody"),
        ]

    def __str__(self) -> str:
        return f"contacts in {self.language}"


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **values: object) -> User:
        user = self.model(email=self.normalize_email(email), **values)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """Somebody who signs in. May hold several roles, each with dates; holds no right by itself."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    language = models.CharField(
        max_length=12, default="", blank=True, help_text="Of the interface. Empty: the browser's."
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    privacy = classes(
        internal="id public_id language is_active created_at password last_login", identifier="email name"
    )

    def __str__(self) -> str:
        return self.name

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles held today. Read once per request, kept nowhere else."""
        if not self.is_active:
            return frozenset()
        return frozenset(self.role_grants.filter(current()).values_list("role", flat=True))

    def has_role(self, *roles: Role) -> bool:
        return any(role in self.roles for role in roles)


class RoleGrant(Access):
    """One role of one user."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="role_grants")
    role = models.CharField(max_length=20, choices=Role)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, related_name="role_grants")

    privacy = classes(internal=f"role site {ACCESS_FIELDS}")

    def __str__(self) -> str:
        return f"{self.role} from {self.starts_on}"

    @property
    def place(self) -> Site | None:
        return self.site

    @property
    def sentence(self) -> str:
        """What the role allows, in words."""
        return Role(self.role).sentence


class CareTeam(models.Model):
    """The people who treat a set of patients together."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="teams")
    name = models.CharField(max_length=120)

    privacy = classes(internal="id public_id", identifier="site name")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "name"], name="team_name_once_per_site")]

    def __str__(self) -> str:
        return self.name


class Membership(Access):
    """A user in a care team."""

    team = models.ForeignKey(CareTeam, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    is_lead = models.BooleanField(default=False)

    privacy = classes(internal=f"team is_lead {ACCESS_FIELDS}")

    def __str__(self) -> str:
        return f"{self.user_id} in {self.team_id}"

    @property
    def place(self) -> Site | None:
        return self.team.site


class PatientQuerySet(models.QuerySet["Patient"]):
    def visible_to(self, user: User) -> PatientQuerySet:
        """Patients of the user's current care teams; the own record for a patient."""
        return self.filter(patient_access(user))


def patient_access(user: User, path: str = "") -> Q:
    """The one rule of row access, for any model; ``path`` leads to the patient (``episode__patient__``). A record that
    was set aside is shown to nobody."""
    return team_access(user, path) & Q(**{f"{path}set_aside_at": None})


def team_access(user: User, path: str) -> Q:
    """The same also of a record that was set aside."""
    if not user.has_role(Role.CLINICIAN):
        return Q(pk__in=[])
    return Q(**{f"{path}team__in": current_teams(user)})


def current_teams(user: User) -> models.QuerySet[Membership, int]:
    """The keys of the teams that somebody is in today."""
    return Membership.objects.filter(current(), user=user).values_list("team", flat=True)


class Patient(models.Model):
    """A person in treatment, without anything that says who. Identity lives in ``PatientIdentity``."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    study_code = models.CharField(
        max_length=12, unique=True, help_text="Random; says nothing about the person."
    )
    team = models.ForeignKey(CareTeam, on_delete=models.PROTECT, related_name="patients")
    user = models.OneToOneField(User, on_delete=models.PROTECT, null=True, related_name="patient")
    sex = models.CharField(max_length=10, choices=Sex, default=Sex.UNKNOWN)
    timezone = models.CharField(max_length=60, default="UTC")
    language = models.CharField(max_length=12, default="", blank=True, help_text="Empty: the site's.")
    enrolled_on = models.DateField()
    responsible = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", help_text="The responsible clinician."
    )
    set_aside_at = models.DateTimeField(
        null=True, help_text="Enrolled by mistake, or merged into another record: shown to nobody."
    )
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged")
    is_simulated = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = PatientQuerySet.as_manager()

    privacy = classes(
        internal="id public_id user created_at is_simulated responsible set_aside_at merged_into",
        identifier="study_code team timezone language",
        quasi="sex",
        date="enrolled_on",
    )

    def __str__(self) -> str:
        return self.study_code


class PatientIdentity(models.Model):
    """Who a patient is. Encrypted, in a table of its own, never joined by a report or a release."""

    patient = models.OneToOneField(Patient, on_delete=models.PROTECT, related_name="identity")
    given_name = EncryptedTextField()
    family_name = EncryptedTextField()
    date_of_birth = EncryptedTextField(null=True, help_text="ISO date")
    record_number = EncryptedTextField(default="")
    email = EncryptedTextField(default="")
    phone = EncryptedTextField(default="")

    privacy = classes(
        internal="id patient",
        identifier="given_name family_name date_of_birth record_number email phone",
    )

    def __str__(self) -> str:
        return "identity"

    @property
    def name(self) -> str:
        """Empty where one of the two parts cannot be read."""
        is_read = self.given_name and self.family_name
        return f"{self.given_name} {self.family_name}" if is_read else ""

    @property
    def is_readable(self) -> bool:
        """Whether all that is held opens with the keys at hand."""
        held = (
            self.given_name,
            self.family_name,
            self.date_of_birth,
            self.record_number,
            self.email,
            self.phone,
        )
        return not any(isinstance(value, Unreadable) for value in held)

    @property
    def born(self) -> date | None:
        """The date of birth, or ``None`` when it is not known."""
        return date.fromisoformat(self.date_of_birth) if self.date_of_birth else None

    def age_on(self, day: date) -> int | None:
        """Age in completed years, or ``None`` when the date of birth is not known."""
        born = self.born
        if born is None:
            return None
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


class ConsentQuerySet(models.QuerySet["ResearchConsent"]):
    def said_by(self, patient: Patient | models.OuterRef) -> ConsentQuerySet:
        """What a patient said, also while there were two records of the one person."""
        return self.filter(Q(patient=patient) | Q(patient__merged_into=patient))


class ResearchConsent(models.Model):
    """One statement about research use. The latest one counts; nothing is overwritten."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="research_consents")
    kind = models.CharField(max_length=10, choices=ConsentKind)
    stated_on = models.DateField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now, editable=False)

    objects = ConsentQuerySet.as_manager()

    privacy = classes(internal="id patient kind recorded_by recorded_at", date="stated_on")

    class Meta:
        ordering = ["stated_on", "id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.stated_on}"
