"""What the API shows of what was derived. Every field is named."""

from __future__ import annotations

from rest_framework import serializers

from reports.actions.release_closing import LONGEST_NOTE
from reports.api.cohorts import ANALYSES, SAID_OF_STUDY
from reports.models import CourseFlag, EpisodeCourse, Release
from reports.pages.caseload.cases import Case
from reports.pages.releases.forms import DECISIONS
from reports.release_frames import TABLES
from reports.stats.present import State, Told
from tracking.api.fields import StrictSerializer
from tracking.models import Study, User
from tracking.tongues import heard

STATES = [(state.value, state.name) for state in State]


class ToldSerializer(serializers.Serializer[Told]):
    """One thing that is so of a person, since a day, and the sentence that states it. ``seen``: a clinician has closed
    it, and the scores say it still."""

    state = serializers.ChoiceField(choices=STATES)
    since = serializers.DateField()
    sentence = serializers.CharField()
    seen = serializers.BooleanField()


class CaseSerializer(serializers.Serializer[Case]):
    """``state``: the one state of the person, the worst that is known. ``others``: what else is so, the worst first.
    ``latest_age``: how many days old the latest score of the main scale is; null where there is none."""

    patient = serializers.UUIDField(source="episode.patient.public_id")
    episode = serializers.UUIDField(source="episode.public_id")
    needs_somebody = serializers.BooleanField(source="present.needs_somebody")
    state = serializers.ChoiceField(choices=STATES, source="present.state")
    since = serializers.DateField(source="present.since")
    sentence = serializers.CharField(source="present.sentence")
    seen = serializers.BooleanField(source="present.seen")
    others = ToldSerializer(many=True)
    instrument = serializers.CharField(source="course.instrument", allow_null=True, default=None)
    latest = serializers.FloatField(source="course.latest", allow_null=True, default=None)
    latest_age = serializers.IntegerField(source="age", allow_null=True)


class CourseSerializer(serializers.ModelSerializer[EpisodeCourse]):
    """Days count from the first dose, else from the start of treatment."""

    patient = serializers.UUIDField(source="episode.patient.public_id")
    episode = serializers.UUIDField(source="episode.public_id")

    class Meta:
        model = EpisodeCourse
        fields = [
            "patient",
            "episode",
            "instrument",
            "scale",
            "rule_version",
            "computed_at",
            "n",
            "baseline",
            "baseline_day",
            "latest",
            "latest_day",
            "latest_band",
            "change",
            "percent_change",
            "slope_per_week",
            "reliable_change",
            "treatment_response",
            "remission",
        ]


class FlagSerializer(serializers.ModelSerializer[CourseFlag]):
    id = serializers.UUIDField(source="public_id")
    patient = serializers.UUIDField(source="episode.patient.public_id")
    episode = serializers.UUIDField(source="episode.public_id")
    sentence = serializers.SerializerMethodField()
    evidence = serializers.JSONField()

    class Meta:
        model = CourseFlag
        fields = [
            "id",
            "patient",
            "episode",
            "instrument",
            "scale",
            "kind",
            "day",
            "sentence",
            "evidence",
            "rule_version",
            "state",
            "raised_at",
            "closed_at",
            "closed_note",
        ]

    def get_sentence(self, flag: CourseFlag) -> str:
        return heard(flag.sentence)


class CohortSummarySerializer(serializers.ModelSerializer[Study]):
    class Meta:
        model = Study
        fields = list(SAID_OF_STUDY)


class CohortSerializer(CohortSummarySerializer):
    """Figures as the worker stored them; an analysis that its data cannot carry says ``{"refused": reason}``.

    ``withheld_below``: what rests on fewer patients is null or refused; null for a reader who may see single
    patients, and then nothing is withheld. ``rounded_to``: what every count of patients is rounded to, from which
    shares and intervals are computed; null where counts are exact. ``course``: means by arm and time point, rates
    with their denominators. ``growth``, ``contrast``, ``predict``: the fitted models. ``relapse``: by arm, time
    from the last dose or the end of therapy. ``agreement``: double ratings on the outcome, raters by letters.
    ``blinding``: guesses and expectancy by arm. ``published``: what was published of the
    protocol beside what is computed. ``raters_not_blind``: why ratings that are called blind are not, by the
    protocols of the study; empty where no protocol says so. Null: not computed yet, not watched for, or nothing to
    compare with.
    """

    patients = serializers.IntegerField(allow_null=True)
    withheld_below = serializers.IntegerField(allow_null=True)
    rounded_to = serializers.IntegerField(allow_null=True)
    computed_at = serializers.DateTimeField(allow_null=True)
    raters_not_blind = serializers.ListField(child=serializers.CharField())
    course = serializers.DictField(allow_null=True)
    growth = serializers.DictField(allow_null=True)
    contrast = serializers.DictField(allow_null=True)
    predict = serializers.DictField(allow_null=True)
    agreement = serializers.DictField(allow_null=True)
    blinding = serializers.DictField(allow_null=True)
    relapse = serializers.DictField(allow_null=True)
    published = serializers.DictField(allow_null=True)

    class Meta(CohortSummarySerializer.Meta):
        fields = [
            *CohortSummarySerializer.Meta.fields,
            "patients",
            "withheld_below",
            "rounded_to",
            "computed_at",
            "raters_not_blind",
            *ANALYSES,
        ]


class ReleaseSerializer(serializers.ModelSerializer[Release]):
    id = serializers.UUIDField(source="public_id")
    study = serializers.CharField(source="study.key")
    tables = serializers.ListField(child=serializers.CharField())
    reasons = serializers.ListField(child=serializers.CharField())
    is_own = serializers.SerializerMethodField()

    class Meta:
        model = Release
        fields = [
            "id",
            "study",
            "tables",
            "purpose",
            "status",
            "is_own",
            "requested_at",
            "decided_at",
            "decision_note",
            "built_at",
            "expires_at",
            "closed_at",
            "closed_note",
            "sha256",
            "reasons",
        ]

    def get_is_own(self, release: Release) -> bool:
        reader: User = self.context["request"].user
        return release.requested_by_id == reader.pk


class ReleaseRequestSerializer(StrictSerializer):
    study = serializers.SlugField()
    tables = serializers.ListField(
        child=serializers.ChoiceField(choices=list(TABLES)), allow_empty=False, max_length=len(TABLES)
    )
    purpose = serializers.CharField(max_length=2000)


class ReleaseRevocationSerializer(StrictSerializer):
    note = serializers.CharField(max_length=LONGEST_NOTE)


class ReleaseDecisionSerializer(StrictSerializer):
    decision = serializers.ChoiceField(choices=DECISIONS)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
