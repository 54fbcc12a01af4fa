"""The tables, by subject.

May import the ground: ``vocabulary``, ``errors``, ``clock``, ``fields``, ``privacy``.
"""

from tracking.models.assessments import Assessment, OutcomeResult, ScaleScore
from tracking.models.audit import AuditEvent, EpisodeMark, OutboxMail, ReadEvent, StudyMark
from tracking.models.blinding import RaterAvailability, Unblinding
from tracking.models.calls import RatingCall
from tracking.models.chain import AuditSegment, ChainCheck, ChainSettlement
from tracking.models.dosing import RunSheetEntry, SessionSignature
from tracking.models.endings import Death, EpisodeEnd
from tracking.models.entries import EntryDraft
from tracking.models.glass import BreakGlass
from tracking.models.heartbeats import Heartbeat
from tracking.models.imports import EpisodeSource
from tracking.models.keys import FieldKey
from tracking.models.library import (
    InstrumentRetirement,
    SiteInstrument,
    WordingPack,
    WordingWithdrawal,
)
from tracking.models.oversight import OddLook
from tracking.models.people import (
    CareTeam,
    Membership,
    Patient,
    PatientIdentity,
    ResearchConsent,
    RoleGrant,
    Site,
    SiteContacts,
    User,
    current,
    given,
    not_ended,
    waiting,
)
from tracking.models.records import PatientTransfer, PossibleDuplicate, RecordMove
from tracking.models.retention import Erasure, RetentionRule
from tracking.models.safety import AlertEvent, SafetyAlert
from tracking.models.schedules import AssessmentRequest, DraftAnswers, SittingLink
from tracking.models.setting import SettingTemplate
from tracking.models.studies import DeclaredScale, ImportBatch, Study, StudyMembership
from tracking.models.treatment import (
    Dose,
    DoseChange,
    MedicationCourse,
    PlannedDoseStep,
    Presence,
    TreatmentEpisode,
    TreatmentSession,
    WashoutRule,
)
from tracking.models.tries import FailedTries

__all__ = [
    "AlertEvent",
    "Assessment",
    "AssessmentRequest",
    "AuditEvent",
    "AuditSegment",
    "BreakGlass",
    "CareTeam",
    "ChainCheck",
    "ChainSettlement",
    "Death",
    "DeclaredScale",
    "Dose",
    "DoseChange",
    "DraftAnswers",
    "EntryDraft",
    "EpisodeEnd",
    "EpisodeMark",
    "EpisodeSource",
    "FailedTries",
    "FieldKey",
    "Heartbeat",
    "ImportBatch",
    "InstrumentRetirement",
    "MedicationCourse",
    "Membership",
    "OddLook",
    "OutboxMail",
    "OutcomeResult",
    "Patient",
    "PatientIdentity",
    "PatientTransfer",
    "PlannedDoseStep",
    "PossibleDuplicate",
    "Presence",
    "RaterAvailability",
    "RatingCall",
    "ReadEvent",
    "RecordMove",
    "Erasure",
    "RetentionRule",
    "ResearchConsent",
    "RoleGrant",
    "RunSheetEntry",
    "SafetyAlert",
    "ScaleScore",
    "SessionSignature",
    "SettingTemplate",
    "Site",
    "SiteInstrument",
    "SiteContacts",
    "SittingLink",
    "Study",
    "StudyMark",
    "StudyMembership",
    "TreatmentEpisode",
    "TreatmentSession",
    "Unblinding",
    "User",
    "WashoutRule",
    "WordingPack",
    "WordingWithdrawal",
    "current",
    "given",
    "not_ended",
    "waiting",
]
