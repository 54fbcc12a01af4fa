"""Records of invented sessions, in minutes from their beginning."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from tracking.rules import protocol as protocols
from tracking.rules.run_sheet import Check, Given, Plan, Reading, Record, plan_of

BEGAN = datetime(2026, 6, 1, 9, tzinfo=UTC)
MDMA = plan_of(protocols.get("mdma-ptsd"), "mdma", 1)
PSILOCYBIN = plan_of(protocols.get("psilocybin-mdd"), "psilocybin", 1)
KETAMINE = plan_of(protocols.get("ketamine-infusion"), "therapy", 1)
VITALS = ("systolic", "diastolic", "heart_rate", "temperature")
CALM = {"systolic": 120.0, "diastolic": 80.0, "heart_rate": 70.0, "temperature": 36.5}
CHECKS = ("washout", "consent_today", "way_home")


def at(minute: float) -> datetime:
    return BEGAN + timedelta(minutes=minute)


def vitals(minute: float, **values: float | None) -> tuple[Reading, ...]:
    shown = CALM | values
    return tuple(Reading("vital_signs", scale, at(minute), shown[scale], "mmHg") for scale in VITALS)


def interview(minute: float, value: float | None = 0.0) -> tuple[Reading, ...]:
    return (Reading("cssrs_screener", "ideation_severity", at(minute), value),)


def given(
    minute: float, amount: object = 80, unit: str = "mg", substance: str = "MDMA", **more: object
) -> Given:
    return Given(substance, Decimal(str(amount)), unit, at(minute), **more)  # type: ignore[arg-type]


def checked(*topics: str, minute: float = 2, met: bool = True, reason: str = "") -> tuple[Check, ...]:
    return tuple(Check(topic, at(minute), met, reason) for topic in topics)


def record(*readings: tuple[Reading, ...], **more: object) -> Record:
    flat = tuple(reading for group in readings for reading in group)
    return Record(BEGAN, readings=flat, **more)  # type: ignore[arg-type]


def states(found: object) -> dict[str, str]:
    return {task.key: task.state for task in found}  # type: ignore[attr-defined]


def whole(plan: Plan = MDMA) -> Record:
    """An MDMA session in which nothing was left out: dose at minute 30, supplement at 150, end at 480."""
    return record(
        vitals(10), interview(15), vitals(140), vitals(470), interview(475),
        doses=(given(30), given(150, 40, is_supplement=True)),
        checks=checked(*CHECKS), ended_at=at(480),
    )  # fmt: skip
