"""What is asked, when and of whom: assessment requests, and the links that open them without a password."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy

from tracking import clock
from tracking.models.blinding import Unblinding
from tracking.models.library import WordingPack
from tracking.models.people import User, patient_access
from tracking.models.treatment import TreatmentEpisode, TreatmentSession
from tracking.privacy import classes
from tracking.vocabulary import RequestStatus, Role


class RequestQuerySet(models.QuerySet["AssessmentRequest"]):
    def visible_to(self, user: User) -> RequestQuerySet:
        """The own patients' requests; for a rater those assigned; for a patient the own self-reports."""
        rule = patient_access(user, "episode__patient__")
        if user.has_role(Role.RATER):
            barred = Unblinding.objects.barring(user).filter(episode=OuterRef("episode"))
            rule |= Q(~Exists(barred), assigned_to=user)
        if user.has_role(Role.PATIENT):
            rule |= Q(episode__patient__user=user, rater="self")
        return self.filter(rule)

    def held(self) -> RequestQuerySet:
        """As they are now, with patient, team and site, held until the end of the transaction."""
        return self.select_for_update(of=("self",)).select_related("episode__patient__team__site")

    def open(self) -> RequestQuerySet:
        return self.filter(status=RequestStatus.OPEN)


class AssessmentRequest(models.Model):
    """One due occurrence of one instrument. Becomes done with exactly one assessment."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    episode = models.ForeignKey(TreatmentEpisode, on_delete=models.PROTECT, related_name="requests")
    instrument = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    rater = models.CharField(
        max_length=10, choices=[("self", gettext_lazy("Patient")), ("clinician", gettext_lazy("Clinician"))]
    )
    time_point = models.CharField(max_length=40, default="", blank=True)
    protocol_point = models.CharField(
        max_length=40,
        default="",
        blank=True,
        help_text="The time point as the protocol calls it; empty when somebody asked by hand.",
    )
    anchor_session = models.ForeignKey(
        TreatmentSession, on_delete=models.PROTECT, null=True, blank=True, related_name="requests"
    )
    opens_on = models.DateField()
    due_on = models.DateField()
    closes_on = models.DateField()
    finish_late = models.BooleanField(
        default=True,
        help_text="Who began in time may send it a day after it closed: it counts, marked as late.",
    )
    dates_set_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who set the days by hand: the schedule leaves them alone.",
    )
    status = models.CharField(max_length=10, choices=RequestStatus, default=RequestStatus.OPEN)
    anchor_lost = models.BooleanField(
        default=False, help_text="Cancelled because its event was taken back: asked again with the event."
    )
    assigned_to = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    assignment_reason = models.TextField(
        default="", blank=True, help_text="Why somebody of the treating team was assigned all the same."
    )
    blinded = models.BooleanField(
        default=False, help_text="Made by an independent rater who knows neither arm nor treatment."
    )
    second_of = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="second_rating",
        help_text="The rating that this one repeats by another rater, to see how far they agree.",
    )
    wording_pack = models.ForeignKey(
        WordingPack,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Which wording the sitting shows: chosen when it is first opened, then kept.",
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = RequestQuerySet.as_manager()

    privacy = classes(
        internal="id public_id episode anchor_session status assigned_to wording_pack created_at dates_set_by "
        "anchor_lost protocol_point second_of",
        safe="instrument version rater time_point blinded finish_late",
        date="opens_on due_on closes_on",
        free_text="assignment_reason",
    )

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_on__lte=F("due_on"), due_on__lte=F("closes_on")), name="window_in_order"
            ),
            models.CheckConstraint(
                condition=Q(anchor_lost=False) | Q(status=RequestStatus.CANCELLED),
                name="what_lost_its_anchor_is_cancelled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument} due {self.due_on}"


class DraftAnswers(models.Model):
    """Answers given so far in an open request. Replaced while the patient goes on; removed when submitted.

    ``numbers``: by item, the number that the device gave the answer that is kept. It grows with each answer, so that
    one which was held up on the way never takes the place of a later one.
    """

    request = models.OneToOneField(AssessmentRequest, on_delete=models.CASCADE, related_name="draft")
    answers = models.JSONField(default=dict)
    numbers = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)

    privacy = classes(internal="id request numbers updated_at", free_text="answers")

    def __str__(self) -> str:
        return "draft"


class SittingLink(models.Model):
    """A capability to answer some requests in one sitting. Only the SHA-256 of its token is stored."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    episode = models.ForeignKey(TreatmentEpisode, on_delete=models.PROTECT, related_name="links")
    requests = models.ManyToManyField(AssessmentRequest, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True)
    language = models.CharField(
        max_length=12,
        default="",
        help_text="Of the whole sitting, as in de. Empty: issued before there were several.",
    )
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    privacy = classes(
        internal="id public_id episode requests token_hash language created_by created_at expires_at opened_at "
        "finished_at revoked_at"
    )

    def __str__(self) -> str:
        return f"link until {self.expires_at:%Y-%m-%d}"
