"""What a patient is called on a page of the treating team."""

from tracking.models import Patient


def name_of(patient: Patient) -> str:
    """The name where an identity is held; imported people have none, only their study code."""
    identity = getattr(patient, "identity", None)
    return identity.name if identity else patient.study_code
