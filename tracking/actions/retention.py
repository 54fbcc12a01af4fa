"""How long a site keeps what it holds about a person, and by which law."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from tracking.actions import audit
from tracking.actions.outbox import queue_mail
from tracking.errors import InvalidInput, NotPermitted
from tracking.models import RetentionRule, RoleGrant, Site, User, current
from tracking.queries.administration import administered_sites
from tracking.queries.retention import rules_of
from tracking.rules import checks
from tracking.rules.policies.transfers import LONGEST_REASON
from tracking.tongues import language_of
from tracking.vocabulary import AuditAction, Holding, Role

LONGEST_RETENTION = 100  # years


@transaction.atomic
def set_retention(*, by: User, site: Site, holding: str, years: int, law: str) -> RetentionRule:
    """So many years after the end of the last treatment at this site: from now on, where that is longer than what
    counts; a shorter time after ``NOTICE``, of which the other administrators and the privacy officers of the site are
    told. The rules before it stay readable.

    Raises ``NotPermitted`` for somebody who does not administer the site, ``InvalidInput`` without the law or duty
    that asks for it.
    """
    if site not in administered_sites(by):
        raise NotPermitted(_("only an administrator of the site says how long it keeps what it holds"))
    checks.clean_choice("holding", holding, Holding.values)
    if not 0 <= years <= LONGEST_RETENTION:
        raise InvalidInput(
            "years", _("must lie between {low} and {high}").format(low=0, high=LONGEST_RETENTION)
        )
    if not law.strip():
        raise InvalidInput("law", _("say which law or duty asks for it"))
    checks.check_length("law", law, LONGEST_REASON)
    before = rules_of(site).get(holding)
    row = RetentionRule.objects.create(site=site, holding=holding, years=years, law=law.strip(), set_by=by)
    audit.record(
        by=by, action=AuditAction.SET_RETENTION, target=row, site=site.key, holding=holding, years=years
    )
    if before and years < before.years:
        _tell(by, site)
    return row


def _tell(by: User, site: Site) -> None:
    roles = Q(role=Role.ADMINISTRATOR) | Q(role=Role.OFFICER)
    grants = RoleGrant.objects.filter(current(), roles, Q(site=site) | Q(site=None))
    address = settings.BASE_URL + reverse("site-retention", args=[site.key])
    for user in (
        User.objects.filter(pk__in=grants.values("user"), is_active=True).exclude(pk=by.pk).order_by("pk")
    ):
        with override(language_of(user.language, site.language)):
            words = _(
                "An administrator has shortened how long your site keeps something about people. It counts after a day;"
                " until then an administrator can set the longer time again here:"
            )
            queue_mail(
                to=user.email, subject=_("Something is to be kept less long"), body=f"{words} {address}\n"
            )
