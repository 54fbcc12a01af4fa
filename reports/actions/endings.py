"""The end of a treatment with the flags that were raised from its scores."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from reports.actions.courses import close_flag
from reports.models import CourseFlag, FlagState
from tracking.actions.endings import end_episode
from tracking.models import TreatmentEpisode, User
from tracking.queries.endings import Settled
from tracking.rules.policies.endings import ENDED_BECAUSE
from tracking.vocabulary import EndReason


@transaction.atomic
def end_treatment(
    *, by: User, episode: TreatmentEpisode, reason: str, close_flags: bool = False, **how: Any
) -> Settled:
    """Ends the treatment as ``end_episode`` does. ``close_flags``: the open flags are closed with this reason, else
    they stay open."""
    settled = end_episode(by=by, episode=episode, reason=reason, **how)
    if close_flags:
        for flag in CourseFlag.objects.filter(episode=episode, state=FlagState.OPEN):
            close_flag(by=by, flag=flag, note=f"{ENDED_BECAUSE[EndReason(reason)]}.")
    return settled
