"""What a patient is called on a page of the treating team, and under which number."""

from tracking.models import Patient


def name_of(patient: Patient) -> str:
    """The name where an identity is held; imported people have none, only their study code."""
    identity = getattr(patient, "identity", None)
    return identity.name if identity else patient.study_code


def phone_of(patient: Patient) -> str:
    """The telephone number, or "" where none is known."""
    identity = getattr(patient, "identity", None)
    return identity.phone if identity else ""
