"""Tokens of the API: made by the signed-in person for themselves, shown once, stored as a hash, ended by time."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from knox.models import AuthToken
from knox.settings import knox_settings

from tracking.actions import audit
from tracking.errors import Conflict
from tracking.models import User
from tracking.queries.second_factor import owed_from
from tracking.vocabulary import AuditAction


@transaction.atomic
def create_token(*, by: User) -> tuple[AuthToken, str]:
    """A new token of ``by``, and its text, which is kept nowhere.

    Raises ``Conflict`` when ``by`` has as many as anybody may have, or works without a second step of the sign-in:
    a token is asked for none.
    """
    if owed_from(by):
        raise Conflict(_("a token needs two-step sign-in: set it up first, on the page of your account"))
    User.objects.select_for_update().get(pk=by.pk)
    AuthToken.objects.filter(user=by, expiry__lte=timezone.now()).delete()
    if AuthToken.objects.filter(user=by).count() >= knox_settings.TOKEN_LIMIT_PER_USER:
        most = knox_settings.TOKEN_LIMIT_PER_USER
        raise Conflict(
            ngettext(
                "you have {n} token already, revoke it first",
                "you have {n} tokens already, revoke one first",
                most,
            ).format(n=most)
        )
    token, text = AuthToken.objects.create(user=by)
    audit.record(by=by, action=AuditAction.CREATE_TOKEN, target=by)
    return token, text


@transaction.atomic
def revoke_token(*, by: User, token_key: str) -> None:
    """Ends an own token at once. One that has ended already stays ended."""
    gone, _kinds = AuthToken.objects.filter(user=by, token_key=token_key).delete()
    if gone:
        audit.record(by=by, action=AuditAction.REVOKE_TOKEN, target=by)
