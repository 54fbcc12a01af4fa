"""The treatment episode and both of its arms: medication, and sessions with or without a dose."""

from __future__ import annotations

import uuid
from typing import Self, TypeVar

from django.db import models
from django.db.models import F, Q

from tracking import clock
from tracking.models.people import Patient, Site, User, patient_access
from tracking.models.setting import SettingTemplate
from tracking.models.studies import Study
from tracking.privacy import classes
from tracking.vocabulary import (
    Attendance,
    Diagnosis,
    DosePart,
    DoseStep,
    DoseUnit,
    EpisodeStatus,
    PresenceRole,
    Route,
    SessionKind,
    StopReason,
)

M_co = TypeVar("M_co", bound=models.Model, covariant=True)


class EpisodeQuerySet(models.QuerySet["TreatmentEpisode"]):
    def visible_to(self, user: User) -> EpisodeQuerySet:
        return self.filter(patient_access(user, "patient__"))

    def held(self) -> EpisodeQuerySet:
        """One writer at a time in an episode until its transaction ends: each rule reads what is there before it
        writes. ``no_key`` lets others store rows that name the episode: or whoever has taken a request of it to
        answer it would wait for whoever has taken the episode and waits for that request."""
        return self.select_for_update(no_key=True, of=("self",))


class TreatmentEpisode(models.Model):
    """One course of combined treatment of one patient, from a first day to a last."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="episodes")
    study = models.ForeignKey(Study, on_delete=models.PROTECT, null=True, related_name="episodes")
    diagnosis = models.CharField(max_length=20, choices=Diagnosis)
    protocol = models.SlugField(default="", blank=True, help_text="Key of the treatment protocol.")
    protocol_version = models.CharField(
        max_length=20, default="", blank=True, help_text="The version that it began with and keeps."
    )
    arm = models.CharField(max_length=60, default="", blank=True)
    status = models.CharField(max_length=20, choices=EpisodeStatus, default=EpisodeStatus.ACTIVE)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    dates_are_nominal = models.BooleanField(
        default=False, help_text="Imported without dates: only the distances in days are real."
    )
    age_at_start = models.PositiveSmallIntegerField(null=True)
    covariates = models.JSONField(default=dict, blank=True, help_text="Imported baseline values by name.")

    objects = EpisodeQuerySet.as_manager()

    privacy = classes(
        internal="id public_id patient study dates_are_nominal protocol_version",
        quasi="age_at_start arm diagnosis protocol",
        sensitive="status",
        date="starts_on ends_on",
        free_text="covariates",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="episode_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.protocol} from {self.starts_on}"


class Voidable(models.Model):
    """A record that may be taken back, with who, when and why; it stays readable and is never deleted."""

    voided_at = models.DateTimeField(null=True)
    voided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    void_reason = models.TextField(default="")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True, voided_by__isnull=True, void_reason="")
                | Q(voided_at__isnull=False, voided_by__isnull=False) & ~Q(void_reason=""),
                name="%(class)s_voided_with_reason",
            ),
        ]


STANDING = Q(voided_at=None)


class OfEpisodeQuerySet(models.QuerySet[M_co]):
    """Rows that belong to a treatment episode, directly or through ``path``."""

    path = "episode__patient__"

    def visible_to(self, user: User) -> Self:
        return self.filter(patient_access(user, self.path))

    def standing(self) -> Self:
        """Without those that were taken back."""
        return self.filter(STANDING)


class MedicationCourse(Voidable):
    """One medication of an episode, from its first dose to its last. Its steps are ``DoseChange`` rows."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    episode = models.ForeignKey(TreatmentEpisode, on_delete=models.PROTECT, related_name="medications")
    substance = models.CharField(max_length=60)
    is_study_drug = models.BooleanField(default=False)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now, editable=False)

    objects = OfEpisodeQuerySet.as_manager()

    privacy = classes(
        internal="id public_id episode recorded_by recorded_at voided_at voided_by is_study_drug",
        quasi="substance",
        free_text="void_reason",
    )

    class Meta(Voidable.Meta):
        pass

    def __str__(self) -> str:
        return self.substance


class OfCourseQuerySet(OfEpisodeQuerySet[M_co]):
    path = "course__episode__patient__"


class DoseChange(Voidable):
    """From this day on, this much a day. ``stop`` has amount 0 and a reason."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    course = models.ForeignKey(MedicationCourse, on_delete=models.PROTECT, related_name="dose_changes")
    step = models.CharField(max_length=10, choices=DoseStep)
    changed_on = models.DateField()
    amount_per_day = models.DecimalField(max_digits=8, decimal_places=3)
    unit = models.CharField(max_length=10, choices=DoseUnit, default=DoseUnit.MG)
    route = models.CharField(max_length=20, choices=Route, default=Route.ORAL)
    stop_reason = models.CharField(max_length=20, choices=StopReason, default="", blank=True)
    is_liquid = models.BooleanField(default=False, help_text="Taken as a liquid: no tablets need make it up.")
    amount_reason = models.TextField(
        default="", blank=True, help_text="Why the name or the amount is right that was asked about."
    )
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now, editable=False)

    objects = OfCourseQuerySet.as_manager()

    privacy = classes(
        internal="id public_id course recorded_by recorded_at voided_at voided_by",
        sensitive="step amount_per_day unit route stop_reason is_liquid",
        date="changed_on",
        free_text="void_reason amount_reason",
    )

    class Meta(Voidable.Meta):
        ordering = ["changed_on", "id"]
        constraints = [
            *Voidable.Meta.constraints,
            models.CheckConstraint(
                condition=Q(step=DoseStep.STOP, amount_per_day=0) & ~Q(stop_reason="")
                | ~Q(step=DoseStep.STOP) & Q(amount_per_day__gt=0, stop_reason=""),
                name="a_stop_is_zero_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.amount_per_day} {self.unit}"


class PlannedDoseStep(Voidable):
    """A step of a medication as it was planned: from this day on this much a day, in the unit and by the route
    of the course; amount 0 is the planned stop. What was really taken are ``DoseChange`` rows."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    course = models.ForeignKey(MedicationCourse, on_delete=models.PROTECT, related_name="planned_steps")
    planned_on = models.DateField()
    amount_per_day = models.DecimalField(max_digits=8, decimal_places=3)
    is_liquid = models.BooleanField(default=False, help_text="To be taken as a liquid.")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now, editable=False)

    objects = OfCourseQuerySet.as_manager()

    privacy = classes(
        internal="id public_id course recorded_by recorded_at voided_at voided_by",
        sensitive="amount_per_day is_liquid",
        date="planned_on",
        free_text="void_reason",
    )

    class Meta(Voidable.Meta):
        ordering = ["planned_on", "id"]
        constraints = [
            *Voidable.Meta.constraints,
            models.CheckConstraint(condition=Q(amount_per_day__gte=0), name="a_planned_dose_is_not_negative"),
            models.UniqueConstraint(
                fields=["course", "planned_on"],
                condition=Q(voided_at__isnull=True),
                name="one_planned_step_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_per_day} from {self.planned_on}"


class WashoutRule(models.Model):
    """For how many days a site wants a medication stopped before the first dose, where the protocol leaves that
    to the site. Never overwritten: the latest rule counts."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="washout_rules")
    protocol = models.SlugField()
    what = models.CharField(max_length=80, help_text="As the protocol calls it.")
    days = models.PositiveSmallIntegerField()
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=clock.now, editable=False)

    privacy = classes(internal="id set_by set_at", identifier="site", safe="protocol what days")

    class Meta:
        ordering = ["-set_at", "-id"]

    def __str__(self) -> str:
        return f"{self.what}: {self.days} days"


class TreatmentSession(Voidable):
    """A meeting: preparation, psychotherapy, dosing, integration or a medication visit."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    episode = models.ForeignKey(TreatmentEpisode, on_delete=models.PROTECT, related_name="sessions")
    kind = models.CharField(max_length=20, choices=SessionKind)
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(null=True)
    attendance = models.CharField(max_length=12, choices=Attendance, default=Attendance.ATTENDED)
    integrates = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="integration_sessions"
    )
    note = models.TextField(default="", blank=True)
    setting_template = models.ForeignKey(
        SettingTemplate, on_delete=models.PROTECT, null=True, blank=True, related_name="sessions"
    )
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now, editable=False)

    objects = OfEpisodeQuerySet.as_manager()

    privacy = classes(
        internal="id public_id episode integrates setting_template recorded_by recorded_at voided_at voided_by",
        sensitive="kind minutes attendance",
        date="starts_at",
        free_text="note void_reason",
    )

    class Meta(Voidable.Meta):
        ordering = ["starts_at", "id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.starts_at:%Y-%m-%d}"


class Presence(models.Model):
    """Who was in the room, besides the patient."""

    session = models.ForeignKey(TreatmentSession, on_delete=models.PROTECT, related_name="people_present")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=12, choices=PresenceRole)

    privacy = classes(internal="id session", identifier="user", sensitive="role")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "user"], name="present_once")]

    def __str__(self) -> str:
        return self.role


class OfSessionQuerySet(OfEpisodeQuerySet[M_co]):
    path = "session__episode__patient__"


class Dose(Voidable):
    """What was given in a dosing session, and when."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    submission_id = models.UUIDField(
        null=True, unique=True, help_text="Chosen by the client; makes a tap that is sent twice harmless."
    )
    session = models.ForeignKey(TreatmentSession, on_delete=models.PROTECT, related_name="doses")
    part = models.CharField(max_length=12, choices=DosePart, default=DosePart.MAIN)
    substance = models.CharField(max_length=60)
    amount = models.DecimalField(max_digits=8, decimal_places=3)
    unit = models.CharField(max_length=10, choices=DoseUnit, default=DoseUnit.MG)
    weight_kg = models.DecimalField(
        max_digits=5, decimal_places=1, null=True, help_text="Body weight that day, where mg/kg is reckoned."
    )
    route = models.CharField(max_length=20, choices=Route, default=Route.ORAL)
    given_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now, editable=False)

    objects = OfSessionQuerySet.as_manager()

    privacy = classes(
        internal="id public_id submission_id session recorded_by recorded_at voided_at voided_by",
        quasi="substance weight_kg",
        sensitive="part amount unit route",
        date="given_at",
        free_text="void_reason",
    )

    class Meta(Voidable.Meta):
        ordering = ["given_at", "id"]
        constraints = [
            *Voidable.Meta.constraints,
            models.CheckConstraint(condition=Q(amount__gt=0), name="a_dose_is_more_than_nothing"),
        ]

    def __str__(self) -> str:
        return f"{self.substance} {self.amount} {self.unit}"
