"""How somebody comes in and is put out: links with which a password is chosen, and the end of all that is signed in."""

from __future__ import annotations

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from knox.models import AuthToken

from tracking.actions import audit
from tracking.actions.outbox import queue_mail
from tracking.models import User
from tracking.queries.sign_in import open_sessions
from tracking.tongues import language_of
from tracking.vocabulary import AuditAction

DAY = 24 * 3600


@transaction.atomic
def send_password_link(*, by: User, user: User) -> None:
    """A mail to the owner with a link that sets a password once. Whoever sends it never learns the password, and the
    one that is there stays good until the link is used."""
    with override(language_of(user.language)):
        words = _("An administrator of your site sends you this link. Choose a new password with it:")
        queue_mail(
            to=user.email,
            subject=_("Your password for Throughline"),
            body=f"{words}\n\n{password_link(user)}",
        )
    audit.record(by=by, action=AuditAction.SEND_PASSWORD_LINK, target=user)


def password_link(user: User) -> str:
    """The address at which this account chooses a password, and for how long it is good. Nothing of it is stored: it is
    signed over the password that is there, so using it ends it, and so does a later sign-in."""
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    address = settings.BASE_URL + reverse("account_reset_password_from_key", kwargs=key)
    days = settings.PASSWORD_RESET_TIMEOUT // DAY
    said = ngettext(
        "The link can be used once, within {days} day. After that, have another one sent:",
        "The link can be used once, within {days} days. After that, have another one sent:",
        days,
    ).format(days=days)
    return f"{address}\n\n{said}\n{settings.BASE_URL}{reverse('account_reset_password')}\n"


@transaction.atomic
def end_sessions(*, by: User, user: User) -> int:
    """Signs somebody out wherever they are signed in, and ends their tokens of the API. Returns how many that were."""
    ended = [*open_sessions(user), *AuthToken.objects.filter(user=user)]
    for row in ended:
        row.delete()
    audit.record(by=by, action=AuditAction.END_SESSIONS, target=user, ended=len(ended))
    return len(ended)
