"""A second step of the sign-in that is lost: taken away by an administrator, so that its owner can set up another."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from knox.models import AuthToken

from tracking.actions import audit
from tracking.actions.outbox import queue_mail
from tracking.errors import Conflict, NotPermitted
from tracking.models import User
from tracking.queries.administration import administered_users
from tracking.queries.sign_in import open_sessions
from tracking.rules import checks
from tracking.tongues import language_of
from tracking.vocabulary import AuditAction

LONGEST_REASON = 300


@transaction.atomic
def reset_second_factor(*, by: User, user: User, reason: str) -> None:
    """Takes away app, keys and recovery codes, and ends every session and token that there is: whoever has found the
    phone is out. The owner is told by mail.

    Raises ``NotPermitted`` for the own and for somebody of another site, ``Conflict`` when nothing is set up.
    """
    if by == user or user not in administered_users(by):
        raise NotPermitted(_("another administrator of the site resets it"))
    reason = checks.clean_line("reason", reason, longest=LONGEST_REASON)
    User.objects.select_for_update().get(pk=user.pk)
    gone, _kinds = Authenticator.objects.filter(user=user).delete()
    if not gone:
        raise Conflict(_("nothing is set up that could be reset"))
    for row in (*open_sessions(user), *AuthToken.objects.filter(user=user)):
        row.delete()
    _tell(user)
    audit.record(by=by, action=AuditAction.RESET_SECOND_FACTOR, target=user, reason=reason)


def _tell(user: User) -> None:
    with override(language_of(user.language)):
        done = _(
            "An administrator has reset your two-step sign-in: app, keys and recovery codes no longer count, and you"
            " have been signed out everywhere. At the next sign-in you set it up anew:"
        )
        doubt = _("If you have not asked for this, call your administrator now and change your password.")
        queue_mail(
            to=user.email,
            subject=_("Your two-step sign-in was reset"),
            body=f"{done}\n\n{settings.BASE_URL}{reverse('account_login')}\n\n{doubt}\n",
        )
