"""What the API shows of what was recorded. Every field is named; names, contacts and birth dates are not among
them, and neither is free text about treatment."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tracking.models import (
    Assessment,
    AssessmentRequest,
    OutcomeResult,
    Patient,
    SafetyAlert,
    ScaleScore,
    TreatmentEpisode,
)
from tracking.queries.acute import acute_marks
from tracking.rules.acute import REASONS, Acute


class PatientSerializer(serializers.ModelSerializer[Patient]):
    id = serializers.UUIDField(source="public_id")

    class Meta:
        model = Patient
        fields = ["id", "study_code", "sex", "enrolled_on", "is_simulated"]


class EpisodeSerializer(serializers.ModelSerializer[TreatmentEpisode]):
    id = serializers.UUIDField(source="public_id")
    patient = serializers.UUIDField(source="patient.public_id")
    study = serializers.CharField(source="study.key", allow_null=True)

    class Meta:
        model = TreatmentEpisode
        fields = [
            "id",
            "patient",
            "study",
            "diagnosis",
            "protocol",
            "arm",
            "status",
            "starts_on",
            "ends_on",
            "dates_are_nominal",
            "age_at_start",
        ]


class RequestSerializer(serializers.ModelSerializer[AssessmentRequest]):
    id = serializers.UUIDField(source="public_id")
    episode = serializers.UUIDField(source="episode.public_id")
    patient = serializers.UUIDField(source="episode.patient.public_id")

    class Meta:
        model = AssessmentRequest
        fields = [
            "id",
            "episode",
            "patient",
            "instrument",
            "version",
            "rater",
            "time_point",
            "opens_on",
            "due_on",
            "closes_on",
            "status",
        ]


class DueRatingSerializer(serializers.ModelSerializer[AssessmentRequest]):
    """A rating to be made, for eyes that must stay blind."""

    id = serializers.UUIDField(source="public_id")
    study_code = serializers.CharField(source="episode.patient.study_code")

    class Meta:
        model = AssessmentRequest
        fields = ["id", "study_code", "instrument", "version"]


class ScoreSerializer(serializers.ModelSerializer[ScaleScore]):
    """``value`` is null while an answer is missing; ``prorated`` is an estimate and never stands for it."""

    class Meta:
        model = ScaleScore
        fields = ["scale", "value", "prorated", "items_answered", "items_missing", "band", "band_set"]


class OutcomeSerializer(serializers.ModelSerializer[OutcomeResult]):
    """``met`` is null where the conclusion hangs on missing answers."""

    class Meta:
        model = OutcomeResult
        fields = ["outcome", "met"]


class AlertSerializer(serializers.ModelSerializer[SafetyAlert]):
    id = serializers.UUIDField(source="public_id")

    class Meta:
        model = SafetyAlert
        fields = ["id", "item", "state", "level", "status", "raised_at"]


class RatingSerializer(serializers.ModelSerializer[Assessment]):
    """A rater's own rating: nothing of the visit, the treatment or anybody else."""

    id = serializers.UUIDField(source="public_id")
    study_code = serializers.CharField(source="episode.patient.study_code")
    answers = serializers.DictField()
    scores = ScoreSerializer(many=True)
    outcomes = OutcomeSerializer(many=True)
    supersedes = serializers.UUIDField(source="supersedes.public_id", allow_null=True)

    class Meta:
        model = Assessment
        fields = [
            "id",
            "submission_id",
            "study_code",
            "instrument",
            "version",
            "wording",
            "assessed_on",
            "recorded_at",
            "answers",
            "scores",
            "outcomes",
            "supersedes",
            "correction_reason",
        ]


class AcuteSerializer(serializers.Serializer[Acute]):
    """Why the scores are kept but judge nothing: they were taken in the acute state that a dose brings."""

    reason = serializers.ChoiceField(choices=list(REASONS))
    days_after = serializers.IntegerField(help_text="Days since the dose; 0 on its own day.")
    window = serializers.IntegerField(
        help_text="For how many days after a dose the protocol holds scores back."
    )
    protocol = serializers.CharField()
    words = serializers.CharField()


class AssessmentList(serializers.ListSerializer[Assessment]):
    """A page of assessments: which of them are acute is read once for all."""

    def to_representation(self, data: Any) -> list[Any]:
        rows: list[Assessment] = list(data)
        self.context["acute"] = acute_marks(rows)  # type: ignore[index]  # a dict, which the stubs do not promise
        return super().to_representation(rows)


class AssessmentSerializer(serializers.ModelSerializer[Assessment]):
    """One version of one assessment. ``superseded_by`` is the version that corrected it; ``acute`` says why its
    scores judge nothing, null where they are judged."""

    id = serializers.UUIDField(source="public_id")
    episode = serializers.UUIDField(source="episode.public_id")
    patient = serializers.UUIDField(source="episode.patient.public_id")
    request = serializers.UUIDField(source="request.public_id", allow_null=True)
    answers = serializers.DictField()
    entered_totals = serializers.DictField()
    scores = ScoreSerializer(many=True)
    outcomes = OutcomeSerializer(many=True)
    alerts = AlertSerializer(many=True)
    acute = serializers.SerializerMethodField()
    supersedes = serializers.UUIDField(source="supersedes.public_id", allow_null=True)
    superseded_by = serializers.UUIDField(source="superseded_by.public_id", allow_null=True)

    @extend_schema_field(AcuteSerializer(allow_null=True))
    def get_acute(self, row: Assessment) -> dict[str, Any] | None:
        marks = self.context["acute"] if "acute" in self.context else acute_marks([row])
        return AcuteSerializer(marks[row.pk]).data if row.pk in marks else None

    class Meta:
        model = Assessment
        list_serializer_class = AssessmentList
        fields = [
            "id",
            "submission_id",
            "patient",
            "episode",
            "request",
            "instrument",
            "version",
            "wording",
            "source",
            "assessed_on",
            "recorded_at",
            "time_point",
            "answers",
            "entered_totals",
            "scores",
            "outcomes",
            "alerts",
            "acute",
            "supersedes",
            "superseded_by",
            "correction_reason",
        ]
