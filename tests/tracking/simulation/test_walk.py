"""Invented people: the same for a seed, valid in every answer, true to their stories, never in the future."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from measures import registry, scoring
from reports.actions.courses import recompute_episode
from reports.models import CourseFlag
from tests.cast import person
from tests.engines import few_on_both
from tests.kept import assert_as_kept
from tests.tracking.simulation.stories import in_short
from tracking.actions import care
from tracking.actions.people import create_user, grant_role
from tracking.models import (
    Assessment,
    AssessmentRequest,
    AuditEvent,
    CareTeam,
    Dose,
    ResearchConsent,
    SafetyAlert,
    Site,
    Study,
    TreatmentEpisode,
    TreatmentSession,
    User,
)
from tracking.simulation.people.answers import answers_with_total
from tracking.simulation.people.cast import Person, cast
from tracking.simulation.walk import Staff, answers_on, simulate
from tracking.vocabulary import Role

KEYS = ["caps5", "hamd17", "meq30", "phq9", "wai_sr"]
PROTOCOL = {"psilocybin": "psilocybin-mdd", "trauma": "mdma-ptsd", "combined": "ssri-psychotherapy"}
# A weekday, a Sunday on which the clocks go forward, one on which they go back, and a leap day, at all hours.
MOMENTS = [
    datetime(2026, 11, 20, 9, 20, tzinfo=UTC),
    datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
    datetime(2026, 10, 25, 23, 40, tzinfo=UTC),
    datetime(2028, 2, 29, 13, 0, tzinfo=UTC),
]


def chance(seed: int) -> Random:
    return Random(seed)  # noqa: S311 (invented people, not secrets)


class TestAnswers:
    @given(key=st.sampled_from(KEYS), share=st.floats(-0.2, 1.2), seed=st.integers(0, 10_000))
    @settings(deadline=None, max_examples=60)
    def test_they_are_valid_and_add_up_to_what_was_planned(self, key: str, share: float, seed: int) -> None:
        instrument = registry.get(key)
        scale = instrument.primary_scale
        items = [instrument.item(code) for code in scale.items]
        wanted = scale.minimum + share * (scale.maximum - scale.minimum)
        answers = answers_with_total(instrument, wanted, chance(seed))
        scored = scoring.score(instrument, answers)
        highest = sum(item.minimum if item.critical else item.maximum for item in items)
        lowest = sum(item.minimum for item in items)
        assert scored.scales[scale.key].items_missing == 0
        assert sum(answers[item.code] for item in items) == min(max(round(wanted), lowest), highest)
        assert set(scored.critical.values()) <= {"denied"}

    def test_a_safety_item_is_endorsed_only_where_the_story_says_so(self) -> None:
        answers = answers_with_total(registry.get("phq9"), 12, chance(1), {"9": 2})
        scored = scoring.score(registry.get("phq9"), answers)
        assert scored.critical == {"9": "endorsed"}
        assert scored.scales["total"].value == 12

    @given(seed=st.integers(0, 300), number=st.integers(0, 64), day=st.integers(0, 400))
    @settings(deadline=None, max_examples=60)
    def test_whatever_is_asked_of_anybody_can_be_scored(self, seed: int, number: int, day: int) -> None:
        plan = cast(seed)[number].plan
        for key in KEYS:
            if key != "caps5" or plan.protocol == "mdma-ptsd":
                instrument = registry.get(key)
                scored = scoring.score(instrument, answers_on(plan, instrument, day, chance(seed)))
                assert scored.scales[instrument.primary_scale.key].value is not None


class TestTheCast:
    @pytest.mark.parametrize("seed", range(5))
    def test_a_seed_always_invents_the_same_people(self, seed: int) -> None:
        assert cast(seed) == cast(seed)
        assert cast(seed) != cast(seed + 1)

    @pytest.mark.parametrize("seed", range(5))
    def test_about_sixty_people_in_three_teams_with_every_kind_of_consent_among_many(self, seed: int) -> None:
        people = cast(seed)
        assert 60 <= len(people) <= 70
        assert {each.team for each in people} == set(PROTOCOL)
        assert all(each.plan.protocol == PROTOCOL[each.team] for each in people)
        names = [(each.given_name, each.family_name) for each in people]
        assert len(set(names)) == len(names)

    def test_most_consent_and_some_do_not_or_withdraw(self) -> None:
        consents = [each.consent for seed in range(20) for each in cast(seed)]
        share = {kind: consents.count(kind) / len(consents) for kind in ("given", "withdrawn", "none")}
        assert share["given"] > 0.9
        assert 0.01 < share["withdrawn"] < 0.06
        assert 0.01 < share["none"] < 0.06


@pytest.fixture
def staff(db: None) -> dict[str, Staff]:
    site = care.create_site(by=None, key="fjord", name="Fjord", timezone="Europe/Oslo", crisis_contacts="112")
    lead, second = person("Lea Lead", Role.CLINICIAN), person("Sam Second", Role.CLINICIAN)
    rater = create_user(by=None, email="rita@example.org", name="Rita Rater")
    grant_role(by=None, user=rater, role=Role.RATER, starts_on=date(2020, 1, 1))  # before any story begins
    return {key: _team(site, key, protocol, (lead, second, rater)) for key, protocol in PROTOCOL.items()}


def _team(site: Site, key: str, protocol: str, people: tuple[User, User, User]) -> Staff:
    team: CareTeam = care.create_team(by=None, site=site, name=key)
    instrument = "caps5" if key == "trauma" else "hamd17"
    study: Study = care.create_study(
        by=None, key=protocol, title=key, outcome_instrument=instrument, endpoint="week 4", is_simulated=True
    )
    return Staff(team, people[0], people[1], people[2], study)


def walk(staff: dict[str, Staff], someone: Person, seed: int, today: datetime) -> TreatmentEpisode:
    episode = simulate(
        by=staff[someone.team].lead,
        person=someone,
        staff=staff[someone.team],
        rng=chance(seed),
        today=today.date(),
    )
    recompute_episode(episode_id=episode.pk)
    return episode


@pytest.mark.slow
@pytest.mark.parametrize(
    "seed_and_moment", few_on_both(enumerate(MOMENTS)), ids=lambda pair: f"{pair[1]:%d-%b-%Y}"
)
def test_every_story_happens_as_it_is_told(
    staff: dict[str, Staff], seed_and_moment: tuple[int, datetime], tmp_path: Path
) -> None:
    """And those of the first seed are the people of the last release, to the day and the answer."""
    seed, moment = seed_and_moment
    with time_machine.travel(moment, tick=False):
        told = {each.story: walk(staff, each, seed, moment) for each in cast(seed) if each.story}
        _relapse(told["relapse"])
        _left(told["left"])
        assert SafetyAlert.objects.get(episode=told["alert"]).status == "open"
        assert "deterioration" in _flags(told["worse"])
        handled = SafetyAlert.objects.filter(episode=told["handled"])
        assert {alert.status for alert in handled} == {"closed"}
        _asked_today(told["asked today"], moment)
        _nothing_is_later_than(moment)
        assert {episode.patient.is_simulated for episode in told.values()} == {True}
    if seed == 0:
        assert_as_kept("stories/walks.txt", in_short(told), tmp_path)


def _flags(episode: TreatmentEpisode) -> set[str]:
    return set(CourseFlag.objects.filter(episode=episode, state="open").values_list("kind", flat=True))


def _relapse(episode: TreatmentEpisode) -> None:
    assert "relapse_suspected" in _flags(episode)
    assert Dose.objects.filter(session__episode=episode).count() == 2


def _left(episode: TreatmentEpisode) -> None:
    episode.refresh_from_db()
    assert (episode.status, episode.ends_on) == ("discontinued", episode.starts_on + timedelta(days=60))
    assert not Assessment.objects.filter(episode=episode, assessed_on__gt=episode.ends_on).exists()


def _asked_today(episode: TreatmentEpisode, moment: datetime) -> None:
    today = moment.date()
    answerable = AssessmentRequest.objects.open().filter(
        episode=episode, rater="self", opens_on__lte=today, closes_on__gte=today
    )
    answered = Assessment.objects.filter(episode=episode, assessed_on=today, source="self")
    assert answerable.exists() or answered.exists()


def _nothing_is_later_than(moment: datetime) -> None:
    assert not Assessment.objects.filter(assessed_on__gt=moment.date()).exists()
    assert not Assessment.objects.filter(recorded_at__gt=moment).exists()
    assert not TreatmentSession.objects.filter(starts_at__gt=moment).exists()
    assert not Dose.objects.filter(given_at__gt=moment).exists()
    assert not AuditEvent.objects.filter(patient__isnull=False, at__gt=moment).exists()


@pytest.mark.parametrize("hour", [7, 8, 10, 14, 22])
def test_a_dosing_session_of_today_is_recorded_when_it_is_over(staff: dict[str, Staff], hour: int) -> None:
    moment = datetime(2026, 11, 20, hour, tzinfo=UTC)
    someone = next(each for each in cast(3) if each.plan.protocol == "psilocybin-mdd" and each.plan.sessions)
    today = replace(someone, plan=replace(someone.plan, started=14))
    with time_machine.travel(moment, tick=False):
        episode = walk(staff, today, 3, moment)
        _nothing_is_later_than(moment)
        given = Dose.objects.filter(session__episode=episode).count()
        assert given == (1 if hour >= 15 else 0)  # 9 to 16 in Oslo is 8 to 15 UTC


def test_a_walk_is_the_same_for_the_same_seed(staff: dict[str, Staff]) -> None:
    moment = MOMENTS[0]
    someone = next(each for each in cast(5) if each.story == "relapse")
    with time_machine.travel(moment, tick=False):
        first, second = (walk(staff, someone, 5, moment) for _ in range(2))
        told = [
            list(
                Assessment.objects.filter(episode=each)
                .order_by("assessed_on", "instrument", "time_point")
                .values_list("instrument", "assessed_on", "time_point", "answers")
            )
            for each in (first, second)
        ]
    assert told[0] == told[1]
    assert len(told[0]) > 10


@pytest.mark.parametrize(
    ("consent", "kinds"), [("given", ["given"]), ("withdrawn", ["given", "withdrawn"]), ("none", [])]
)
def test_consent_is_recorded_as_the_person_gives_it(
    staff: dict[str, Staff], consent: str, kinds: list[str]
) -> None:
    moment = datetime(2026, 11, 20, 14, tzinfo=UTC)
    someone = next(each for each in cast(3) if not each.story and not each.plan.sessions)
    short = replace(someone, consent=consent, plan=replace(someone.plan, started=7))
    with time_machine.travel(moment, tick=False):
        episode = walk(staff, short, 3, moment)
    stated = ResearchConsent.objects.filter(patient=episode.patient).order_by("pk")
    assert [each.kind for each in stated] == kinds
