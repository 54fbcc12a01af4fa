"""Scores and doses put into the database by the product's own actions, for the tests of what is derived."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from measures import registry
from measures.instrument import Instrument
from tests.cast import days_ago
from tests.tracking.treated import dosed
from tracking.actions import assessments, care, people, treatment
from tracking.actions.setting import record_setting
from tracking.models import Assessment, CareTeam, Study, TreatmentEpisode, TreatmentSession, User
from tracking.vocabulary import AnswerSource


def answers_for(instrument: Instrument, scale: str, total: int) -> dict[str, object]:
    """A complete form whose ``scale`` sums up to ``total``."""
    lowest = {item.code: int(item.minimum) if item.kind != "boolean" else False for item in instrument.items}
    answers: dict[str, object] = dict(lowest)
    left = total - sum(lowest[code] for code in instrument.scale(scale).items)
    for code in instrument.scale(scale).items:
        more = min(int(instrument.item(code).maximum) - lowest[code], left)
        answers[code] = lowest[code] + more
        left -= more
    assert left == 0, "the scale cannot hold this total"
    return answers


def rate(
    episode: TreatmentEpisode,
    by: User,
    day: int,
    total: int | None,
    instrument: str = "hamd17",
    time_point: str = "",
    at: time | None = None,
    **changes: object,
) -> Assessment:
    """An assessment ``day`` days after the episode began, ``at`` that time (UTC) if it is known. ``total``
    ``None``: nothing was answered."""
    known = registry.get(instrument)
    answers = {} if total is None else answers_for(known, known.primary_scale.key, total)
    return assessments.record_assessment(
        by=by,
        episode=episode,
        instrument=known,
        answers=answers | changes,
        source=AnswerSource.CLINICIAN if known.rater == "clinician" else AnswerSource.CLINICIAN_ENTERED,
        assessed_on=episode.starts_on + timedelta(days=day),
        submission_id=uuid.uuid4(),
        time_point=time_point,
        assessed_at=at and datetime.combine(episode.starts_on + timedelta(days=day), at, UTC),
        two_sheets=True,
    ).assessment


def give_dose(
    episode: TreatmentEpisode, by: User, day: int, amount: int = 25, hour: int = 10, **more: object
) -> TreatmentSession:
    """A dosing session with one dose of psilocybin, ``day`` days after the episode began."""
    at = datetime.combine(episode.starts_on + timedelta(days=day), time(hour), UTC)
    session = treatment.record_session(by=by, episode=episode, kind="dosing", starts_at=at)
    dosed(by, session, amount=Decimal(amount), **more)
    return session


def felt(episode: TreatmentEpisode, by: User, day: int, mood: int) -> None:
    """A dosing session on that day, and the mood before it."""
    record_setting(
        by=by,
        session=give_dose(episode, by, day),
        template=None,
        overrides={"mood_before": mood},
        submission_id=uuid.uuid4(),
    )


def another_episode(
    team: CareTeam,
    by: User,
    study: Study | None = None,
    arm: str = "psilocybin",
    began: int = 120,
    zone: str = "Europe/Berlin",
    protocol: str = "psilocybin-mdd",
) -> TreatmentEpisode:
    """A further patient of the team, in treatment since ``began`` days."""
    patient = people.enrol_patient(
        by=by, team=team, identity=None, sex="female", enrolled_on=days_ago(began + 60), timezone=zone
    )
    return care.start_episode(
        by=by,
        patient=patient,
        diagnosis="mdd",
        protocol=protocol,
        arm=arm,
        starts_on=days_ago(began),
        study=study,
    )
