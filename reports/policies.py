"""Who may have what leaves the house."""

from __future__ import annotations

from tracking.models import Study, User
from tracking.vocabulary import Role


def may_receive(user: User, study: Study) -> bool:
    """A researcher, and a member of this study, today."""
    return user.has_role(Role.RESEARCHER) and _is_member(user, study)


def may_decide(user: User, study: Study) -> bool:
    """A data steward, and a member of this study, today."""
    return user.has_role(Role.STEWARD) and _is_member(user, study)


def _is_member(user: User, study: Study) -> bool:
    return Study.objects.visible_to(user).filter(pk=study.pk).exists()
