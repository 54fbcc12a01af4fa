"""A simulated study: a site, a team and a study of its own, and so many people who go through one protocol."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from django.db import transaction

from tracking.actions import audit
from tracking.actions.care import add_member, add_study_member, create_site, create_study, create_team
from tracking.actions.people import create_user, grant_role, new_study_codes
from tracking.errors import InvalidInput
from tracking.models import Site, Study, User
from tracking.rules.protocol import Protocol
from tracking.simulation.people.course import Course, Plan, course, days_needed
from tracking.simulation.rows import Cohort, Rows
from tracking.simulation.writer import Writer
from tracking.vocabulary import AuditAction, Role

FEWEST, MOST = 2, 20_000
BATCH = 100  # people whose rows are held before they are written
RECRUITED_OVER = 365  # days in which people begin treatment
STAFF = {"lead": Role.CLINICIAN, "second": Role.CLINICIAN, "rater": Role.RATER}
NOBODY_TO_CALL = "Everybody of this site is simulated: there is nobody to call."


@dataclass(frozen=True, slots=True)
class Simulated:
    """What was made."""

    study: Study
    patients: int
    assessments: int


@transaction.atomic
def simulate_study(
    *,
    by: User | None,
    protocol: Protocol,
    n: int,
    seed: int,
    today: date,
    key: str = "",
    members: Sequence[User] = (),
) -> Simulated:
    """Makes a new study of ``n`` simulated people, shared out evenly among the arms; their last follow-up lies before
    ``today``. All or nothing.

    The same ``seed`` gives the same people with the same answers on the same days of treatment. They have no
    identity: there is nobody whose name could be shown. ``members`` may see the figures. Raises ``InvalidInput`` for
    a number out of range, or a key that a study or site has.
    """
    if not FEWEST <= n <= MOST:
        raise InvalidInput("n", f"must lie between {FEWEST} and {MOST}")
    key = key or f"simulated-{protocol.key}-{n}-{seed}"
    started = today - timedelta(days=days_needed(protocol) + RECRUITED_OVER + 1)
    said = _provenance(protocol, n, seed)
    cohort = new_cohort(by=by, protocol=protocol, key=key, provenance=said, members=members, since=started)
    audit.record(
        by=by, action=AuditAction.SIMULATE_STUDY, target=cohort.study, protocol=protocol.key, n=n, seed=seed
    )
    rows, answered = Rows(), 0
    codes = new_study_codes(n)
    for number, each in enumerate(courses(protocol, n, seed, today), start=1):
        writer = Writer(cohort, rows, each, codes[number - 1])
        writer.write()
        answered += writer.answered
        if number % BATCH == 0 or number == n:
            rows.write()
    return Simulated(cohort.study, n, answered)


def courses(protocol: Protocol, n: int, seed: int, today: date) -> Iterator[Course]:
    """The courses of so many people, in a fixed order for a seed; arms by turns."""
    plans = [Plan.of(protocol, arm) for arm in protocol.arm_keys]
    latest = today - timedelta(days=days_needed(protocol) + 1)
    for number in range(n):
        rng = Random(f"{protocol.key}/{seed}/{number}")  # noqa: S311 (simulated people, not secrets)
        starts_on = latest - timedelta(days=rng.randint(0, RECRUITED_OVER))
        yield course(plans[number % len(plans)], starts_on, rng)


def _provenance(protocol: Protocol, n: int, seed: int) -> str:
    return (
        f"Simulated: {n} people of the protocol {protocol.key}, version {protocol.version}, seed {seed}. "
        "No person stands behind any record of this study."
    )


def new_cohort(
    *, by: User | None, protocol: Protocol, key: str, provenance: str, members: Sequence[User], since: date
) -> Cohort:
    """A site, a team with its staff, and a study: all new, so that nothing simulated lies beside anything real.
    Raises ``InvalidInput`` for a key that a study or a site has."""
    if Site.objects.filter(key=key).exists():
        raise InvalidInput("key", "belongs to another site")
    site = create_site(by=by, key=key, name=f"Simulated site {key}", crisis_contacts=NOBODY_TO_CALL)
    team = create_team(by=by, site=site, name="Simulated team")
    study = create_study(
        by=by,
        key=key,
        title=f"{protocol.title} (simulated)"[:160],
        site=site,
        outcome_instrument=protocol.outcome.instrument,
        outcome_scale=protocol.outcome.scale,
        endpoint=protocol.outcome.endpoint,
        is_simulated=True,
        provenance=provenance,
    )
    staff = {name: _account(by, name, role, site, since) for name, role in STAFF.items()}
    for name in ("lead", "second"):
        add_member(by=None, team=team, user=staff[name], is_lead=name == "lead", starts_on=since)
    for user in members:
        add_study_member(by=None, study=study, user=user)
    return Cohort(team=team, study=study, protocol=protocol, **staff)


def _account(by: User | None, name: str, role: Role, site: Site, since: date) -> User:
    """Somebody who records: an account that nobody can sign in to (RFC 2606: the address leads nowhere)."""
    user = create_user(by=by, email=f"{name}.{site.key}@people.example", name=f"Simulated {name}")
    grant_role(by=None, user=user, role=role, site=site, starts_on=since)
    return user
