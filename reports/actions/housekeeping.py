"""What has had its time is removed: capabilities, drafts, sessions, tokens."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module

from django.conf import settings
from django.db.models import Q
from knox.models import AuthToken

from tracking import clock
from tracking.models import DraftAnswers, EntryDraft, SittingLink
from tracking.rules.entry_drafts import KEPT_FOR
from tracking.vocabulary import RequestStatus

KEPT_AFTER_END = timedelta(days=30)  # a policy of ours: long enough to answer "did my link arrive?"


def clear_expired(*, now: datetime) -> None:
    """Remove what can no longer be used. The audit log keeps that it had been there.

    Drafts go when their request is answered or cancelled, or its window closed ``KEPT_AFTER_END`` ago;
    their safety alerts stay. Forms that staff have begun go when nobody has touched them for ``KEPT_FOR``.
    Links go that long after their end; sessions and API tokens at once.
    """
    long_ago = now - KEPT_AFTER_END
    over = ~Q(request__status=RequestStatus.OPEN) | Q(request__closes_on__lt=clock.day_of(long_ago))
    DraftAnswers.objects.filter(over).delete()
    EntryDraft.objects.filter(updated_at__lt=now - KEPT_FOR).delete()
    SittingLink.objects.filter(expires_at__lt=long_ago).delete()
    AuthToken.objects.filter(expiry__lt=now).delete()
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
