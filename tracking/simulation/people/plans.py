"""What happens to each invented patient of the demonstration clinic. Pure and seeded.

The **generating** figures are set so that the published ones are expected where a source is named; the
platform arrives at its own figures from the item answers. Days count from the start of the episode.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from random import Random

Curve = tuple[tuple[int, float], ...]  # (days, mean total), joined by straight lines

# HAM-D 22.8 → 8.0 → 8.5 → 9.8 one week, four weeks and twelve months after treatment; 14.4 one week and 19.3
# four weeks on in those who wait (Davis 2021, Gukasyan 2022). The last of two doses is on day 28.
PSILOCYBIN: Curve = ((0, 22.8), (14, 22.0), (21, 13.0), (35, 8.0), (56, 8.5), (393, 9.8))
WAITING: Curve = ((0, 21.7), (35, 14.4), (56, 19.3), (400, 18.0))
# Our own: about two thirds and one third lose the diagnosis at week 18 (Mitchell 2021: 67 % and 32 %).
MDMA: Curve = ((0, 44.0), (47, 33.0), (75, 26.0), (126, 19.0), (450, 18.0))
PLACEBO: Curve = ((0, 44.0), (47, 38.0), (75, 35.0), (126, 30.0), (450, 29.0))
# Our own: the usual course of an antidepressant with weekly psychotherapy.
COMBINED: Curve = ((0, 21.0), (28, 15.0), (56, 11.0), (84, 9.0), (400, 9.0))

# A PHQ-9 total for each point of the main scale: 27 of 52 and a little more, as self-reports run higher.
PHQ9_PER_POINT = {"psilocybin-mdd": 0.78, "ssri-psychotherapy": 0.78, "mdma-ptsd": 0.36}


@dataclass(frozen=True, slots=True)
class PlannedSession:
    """One session: its day, its kind, and for integration the number of the dosing session it belongs to."""

    day: int
    kind: str
    minutes: int
    integrates: int | None = None
    doses: tuple[tuple[str, float, float, str], ...] = ()  # substance, amount, hours after the start, part


@dataclass(frozen=True, slots=True)
class MedicationStep:
    """A daily amount from a day on; 0 stops it for ``reason``."""

    day: int
    amount: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """One patient's treatment and how it goes."""

    protocol: str
    arm: str
    started: int  # how many days ago
    curve: Curve
    sessions: tuple[PlannedSession, ...]
    medication: tuple[tuple[str, tuple[MedicationStep, ...]], ...] = ()
    shift: float = 0.0  # how far this person's totals lie above the curve
    gain: float = 0.0  # by how much more than the curve this person improves once a dose was given
    mystical: float = 0.0  # share of the highest possible MEQ30 total
    alliance: float = 0.0  # WAI-SR total
    stops_after: int | None = None  # leaves treatment on this day
    safety: dict[int, int] = field(default_factory=dict)  # PHQ-9 item 9 by day: the first answer from it on
    noise: float = 2.0
    punctual: bool = False  # answers everything on the day it is due


def mean_on(curve: Curve, day: int) -> float:
    """The curve on a day; flat before its first and after its last point."""
    at = bisect_right([x for x, _ in curve], day)
    if at == 0 or at == len(curve):
        return curve[max(at - 1, 0)][1]
    (x0, y0), (x1, y1) = curve[at - 1], curve[at]
    return y0 + (y1 - y0) * (day - x0) / (x1 - x0)


def main_total(plan: Plan, day: int, rng: Random) -> float:
    """The total of the main scale on a day: curve, person, what the doses did for this person, and chance."""
    gained = plan.gain if any(session.doses and session.day < day for session in plan.sessions) else 0.0
    return max(mean_on(plan.curve, day) + plan.shift - gained + rng.gauss(0, plan.noise), 0)


def _every(first: int, count: int, kind: str, minutes: int, step: int = 7) -> list[PlannedSession]:
    return [PlannedSession(first + step * number, kind, minutes) for number in range(count)]


def _integration(dosing_day: int, number: int, days: tuple[int, ...], minutes: int) -> list[PlannedSession]:
    return [PlannedSession(dosing_day + day, "integration", minutes, integrates=number) for day in days]


def psilocybin_sessions() -> tuple[PlannedSession, ...]:
    sessions = _every(4, 2, "preparation", 120)
    for number, day in enumerate((14, 28), start=1):
        doses = (("psilocybin", 25.0, 0.5, "main"),)
        sessions.append(PlannedSession(day, "dosing", 420, doses=doses))
        sessions += _integration(day, number, (1, 8), 90)
    return tuple(sessions)


def mdma_sessions(active: bool) -> tuple[PlannedSession, ...]:
    sessions = _every(5, 3, "preparation", 90)
    for number, (day, amount) in enumerate(((26, 80.0), (54, 120.0), (82, 120.0)), start=1):
        substance = "MDMA" if active else "placebo"
        doses = ((substance, amount, 0.5, "main"), (substance, amount / 2, 2.5, "supplement"))
        sessions.append(PlannedSession(day, "dosing", 480, doses=doses))
        sessions += _integration(day, number, (1, 8, 15), 90)
    return tuple(sessions)


SERTRALINE_TAPER = (
    "sertraline",
    (
        MedicationStep(-240, 100),
        MedicationStep(-21, 50),
        MedicationStep(-7, 25),
        MedicationStep(0, 0, "washout"),
    ),
)
SERTRALINE = ("sertraline", (MedicationStep(0, 50), MedicationStep(21, 100)))
ESCITALOPRAM = ("escitalopram", (MedicationStep(0, 10), MedicationStep(28, 20)))


def psilocybin_plan(rng: Random, started: int) -> Plan:
    """Immediate treatment. The fuller the experience and the better the alliance, the more is gained."""
    mystical = min(max(rng.gauss(0.62, 0.2), 0.05), 1.0)
    alliance = min(max(rng.gauss(49, 5), 24), 60)
    gain = 9 * (mystical - 0.62) + 0.15 * (alliance - 49)
    return Plan(
        "psilocybin-mdd", "psilocybin", started, PSILOCYBIN, psilocybin_sessions(),
        medication=(SERTRALINE_TAPER,) if rng.random() < 0.35 else (),
        shift=rng.gauss(0, 2.8), gain=gain, mystical=mystical, alliance=alliance,
    )  # fmt: skip


def waiting_plan(rng: Random, started: int) -> Plan:
    return Plan("psilocybin-mdd", "waiting", started, WAITING, (), shift=rng.gauss(0, 3))


def mdma_plan(rng: Random, started: int, active: bool) -> Plan:
    return Plan(
        "mdma-ptsd", "mdma" if active else "placebo", started, MDMA if active else PLACEBO, mdma_sessions(active),
        shift=rng.gauss(0, 6), mystical=rng.uniform(0.2, 0.7) if active else rng.uniform(0, 0.15),
        alliance=min(max(rng.gauss(48, 6), 24), 60), noise=3.0,
    )  # fmt: skip


def combined_plan(rng: Random, started: int) -> Plan:
    return Plan(
        "ssri-psychotherapy", "combined", started, COMBINED, tuple(_every(3, 12, "psychotherapy", 50)),
        medication=(rng.choice([SERTRALINE, ESCITALOPRAM]),),
        shift=rng.gauss(0, 3), alliance=min(max(rng.gauss(46, 6), 24), 60),
    )  # fmt: skip
