"""For how many days a site wants a medication stopped, where a protocol leaves that to the site."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from tracking.actions import audit
from tracking.errors import InvalidInput, NotPermitted
from tracking.models import Site, User, WashoutRule
from tracking.queries.administration import administered_sites
from tracking.rules import protocol as protocols
from tracking.vocabulary import AuditAction

LONGEST_WASHOUT = 366


@transaction.atomic
def set_washout_rule(*, by: User, site: Site, protocol: str, what: str, days: int) -> WashoutRule:
    """From now on this many days at this site; 0: it need not be stopped. The rules before it stay readable.

    Raises ``InvalidInput`` for a washout that the protocol does not have or whose days it gives itself,
    ``NotPermitted`` for somebody who does not administer the site.
    """
    if site not in administered_sites(by):
        raise NotPermitted(_("only an administrator of the site sets its washout rules"))
    known = protocols.find(protocol)
    rule = next((row for row in known.washouts if row.what == what), None) if known else None
    if rule is None:
        raise InvalidInput("what", _("is no washout of this protocol"))
    if rule.days is not None:
        raise InvalidInput("what", _("has its days from the protocol"))
    if not 0 <= days <= LONGEST_WASHOUT:
        words = _("must lie between {low} and {high}")
        raise InvalidInput("days", words.format(low=0, high=LONGEST_WASHOUT))
    row = WashoutRule.objects.create(site=site, protocol=protocol, what=what, days=days, set_by=by)
    audit.record(
        by=by, action=AuditAction.SET_WASHOUT_RULE, target=row, protocol=protocol, what=what, days=days
    )
    return row
