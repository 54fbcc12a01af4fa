"""Past days of the record of who did what are sealed, and the chain of the seals is looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from tracking.actions import audit
from tracking.actions.outbox import queue_mail
from tracking.errors import Conflict, InvalidInput
from tracking.models import AuditSegment, ChainCheck, ChainSettlement, User
from tracking.queries.chain import Verified, head, next_day, prints_between, verify
from tracking.queries.oversight import active_officers
from tracking.rules.chain import START, Anchor, Kind, ends, packed, seal, starts
from tracking.tongues import language_of
from tracking.vocabulary import AuditAction

# Sealed in one run of the task: the first runs take up years, and others wait for the worker.
DAYS_AT_ONCE = 400
ROWS_AT_ONCE = 100_000
KEPT = 200  # findings of one check that are kept by name


def seal_days(
    *, now: datetime, most_rows: int = ROWS_AT_ONCE, tell: Callable[[date], object] = lambda day: None
) -> int:
    """Seals the days that are over and not yet sealed, each in a transaction of its own. Returns how many. It stops
    after so many days or rows; the next run goes on from there. Two at once seal each day once."""
    sealed = rows = 0
    while sealed < DAYS_AT_ONCE and rows < most_rows:
        day = next_day(now)
        if day is None:
            break
        count = _seal(day)
        if count is None:
            break  # another worker is at it
        tell(day)
        sealed, rows = sealed + 1, rows + count
    return sealed


def _seal(day: date) -> int | None:
    """How many rows the segment of that day has, or ``None`` when somebody else has sealed it meanwhile."""
    before = head()
    if before is not None and before.day >= day:
        return None
    found = list(prints_between(starts(day), ends(day)))
    count = Counter(kind for (kind, _row), _print in found)
    number, previous = (before.number + 1, before.digest) if before else (1, START)
    segment = seal(number=number, day=day, previous=previous, prints=packed(found))
    row = AuditSegment(
        number=segment.number,
        day=segment.day,
        previous=segment.previous,
        digest=segment.digest,
        audit_rows=count[Kind.AUDIT],
        read_rows=count[Kind.READ],
        prints=segment.prints,
    )
    AuditSegment.objects.bulk_create([row], ignore_conflicts=True)
    return len(found) if AuditSegment.objects.filter(day=day, digest=segment.digest).exists() else None


@transaction.atomic
def check_chain(
    *, anchors: Iterable[Anchor] = (), tell: Callable[[int], object] = lambda number: None
) -> Verified:
    """Looks at the whole chain and keeps what it found, by which releases are stopped."""
    found = verify(anchors=anchors, tell=tell)
    ChainCheck.objects.create(
        segments=found.last.number if found.last else 0,
        digest=found.last.digest if found.last else "",
        rows=found.rows,
        findings=[finding.key for finding in found.findings[:KEPT]],
        found=len(found.findings),
    )
    return found


@transaction.atomic
def settle_chain(*, by: User | None, findings: Sequence[str], reason: str) -> ChainSettlement:
    """Says why what the last check has found is no longer in the way. The findings stay, and are told as settled.

    Raises ``InvalidInput`` without a reason, ``Conflict`` when there is nothing that waits for one.
    """
    if not reason.strip():
        raise InvalidInput("reason", _("say what was found out, and by whom"))
    if not findings:
        raise Conflict(_("there is nothing to settle"))
    settlement = ChainSettlement.objects.create(
        by=by.public_id if by else None, findings=list(findings), reason=reason.strip()
    )
    audit.record(by=by, action=AuditAction.SETTLE_CHAIN, target=settlement, settled=len(settlement.findings))
    return settlement


@transaction.atomic
def mail_anchor() -> None:
    """The print of the last sealed day goes by mail to whoever watches over a site: kept there, it shows a whole
    forgery. Before the first day is sealed there is none."""
    anchor = head()
    for officer in active_officers() if anchor else ():
        with override(language_of(officer.language, settings.LANGUAGE_CODE)):
            asks = _("Please keep this line outside of Throughline. It seals who did what, and who looked:")
            says = _("Later it shows whether any of it was changed: manage.py verify_audit --anchor FILE")
            body = f"{asks}\n\n{anchor}\n\n{says}\n"
            queue_mail(to=officer.email, subject=_("The seal of yesterday"), body=body)
