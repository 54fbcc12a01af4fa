"""How long a site keeps what it holds about a person, and by which law."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from tracking.actions import audit
from tracking.errors import InvalidInput, NotPermitted
from tracking.models import RetentionRule, Site, User
from tracking.queries.administration import administered_sites
from tracking.rules import checks
from tracking.rules.policies.transfers import LONGEST_REASON
from tracking.vocabulary import AuditAction, Holding

LONGEST_RETENTION = 100  # years


@transaction.atomic
def set_retention(*, by: User, site: Site, holding: str, years: int, law: str) -> RetentionRule:
    """From now on so many years after the end of the last treatment at this site. The rules before it stay readable.

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
    row = RetentionRule.objects.create(site=site, holding=holding, years=years, law=law.strip(), set_by=by)
    audit.record(
        by=by, action=AuditAction.SET_RETENTION, target=row, site=site.key, holding=holding, years=years
    )
    return row
