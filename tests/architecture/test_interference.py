"""What happens in one ward changes nothing that another is shown: no list, no figure, no count."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from measures import registry
from reports.actions.courses import recompute_episode
from reports.actions.studies import recompute_study
from tests.architecture.looks import address_of
from tests.architecture.matrix import MATRIX
from tests.architecture.ward import ROLES, Ward
from tests.architecture.world import World, build
from tests.cast import days_ago
from tests.engines import DOORS
from tests.reports.clinic import another_episode, give_dose, rate
from tests.tracking.answers import PHQ9, recorded
from tests.tracking.treated import medicated
from tracking.actions import scheduling, setting
from tracking.actions.marks import want_study
from tracking.models import EpisodeMark, SettingTemplate, TreatmentEpisode

pytestmark = [pytest.mark.django_db, pytest.mark.slow, DOORS]
NOW = datetime(2026, 11, 25, 10, 30, tzinfo=UTC)
# Where something is counted, computed, listed or remembered.
WATCHED = {
    "today",
    "patients",
    "patient",
    "alerts",
    "medication",
    "session-new",
    "session-setting",
    "dose-new",
    "run-sheet",
    "rater-assign",
    "unblinding-new",
    "ratings",
    "studies",
    "study",
    "study-setting",
    "study-agreement",
    "administration",
    "oversight",
    "library-version",
    "own-course",
    "api-caseload-list",
    "api-course-list",
    "api-flag-list",
    "api-cohort-detail",
    "api-assessment-list",
}
OURS = ("patient", "clinician", "rater", "researcher", "steward")
DRAWN = re.compile(r'[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=value=")\w{64}|(?<=CSRFToken": ")\w{64}')
Pages = dict[tuple[str, str], str]


@pytest.fixture(scope="module")
def before_and_after(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[Pages, Pages, Pages]]:
    """The pages of the neighbour and of our people, the same after something happened at the ward beside ours, and what
    changed there. The administrator is of the ward beside, too."""
    with (
        django_db_blocker.unblock(),
        time_machine.travel(NOW, tick=False),
        pytest.MonkeyPatch.context() as patch,
        transaction.atomic(),
    ):
        patch.setattr("tracking.tasks.current_app.send_task", lambda *_, **__: None)
        world = build()
        missed(world.theirs)
        computed(world)
        before, beside = watched(world), pages(world.beside)
        happens(world.beside)
        computed(world)
        EpisodeMark.objects.filter(episode__study=world.beside.study).update(parked_at=timezone.now())
        changed = {page: text for page, text in pages(world.beside).items() if beside[page] != text}
        yield before, watched(world), changed
        transaction.set_rollback(True)


def missed(ward: Ward) -> None:
    """Nobody has answered this in time, and nobody of this ward later."""
    episode = TreatmentEpisode.objects.get(public_id=ward.places["episode"]["public_id"])
    scheduling.create_request(
        by=ward.users["clinician"],
        episode=episode,
        instrument="gad7",
        due_on=days_ago(9),
        closes_on=days_ago(3),
    )


def computed(world: World) -> None:
    for episode in TreatmentEpisode.objects.all():
        recompute_episode(episode_id=episode.pk)
    for ward in world.wards:
        want_study(study=ward.study)
        recompute_study(study_id=ward.study.pk)


def happens(ward: Ward) -> None:
    """A further patient, of whom much is recorded."""
    by = ward.users["clinician"]
    episode = another_episode(ward.team, by, ward.study, began=119)
    for day, total in ((0, 30), (14, 4), (28, 2), (60, 25), (75, 27)):
        rate(episode, by, day, total, time_point="week 4" if day == 28 else "")
    recorded(episode, None, "phq9", PHQ9 | {"9": 3})
    recorded(episode, None, "gad7", {item.code: 3 for item in registry.get("gad7").items})
    recorded(episode, None, "mars5", {item.code: item.minimum for item in registry.get("mars5").items})
    session = give_dose(episode, by, 2, amount=10)
    room = SettingTemplate.objects.get(name="Garden", site=ward.site)
    setting.record_setting(
        by=by, session=session, template=room, overrides={"light": 3}, submission_id=session.public_id
    )
    medicated(by, episode, "escitalopram", began=90)


def pages(ward: Ward, roles: Iterable[str] = ROLES) -> Pages:
    """What is shown to the people of a ward, without what is drawn anew for each page."""
    found = {}
    for row in MATRIX:
        for role in roles if row.route in WATCHED else ():
            response = ward.client(role).get(address_of(row, ward))
            if response.status_code == 200:
                found[f"{role} of {ward.name}", str(row)] = DRAWN.sub("", response.content.decode())
    return found


def watched(world: World) -> Pages:
    return pages(world.theirs) | pages(world.ours, OURS)


def test_everybody_else_is_shown_what_was_shown_before(before_and_after: tuple[Pages, Pages, Pages]) -> None:
    before, after, _ = before_and_after
    assert {page for page in before if before[page] != after[page]} == set()
    assert {row.partition("-")[0] for _, row in before} == {route.partition("-")[0] for route in WATCHED}


def test_what_happened_is_shown_where_it_happened(before_and_after: tuple[Pages, Pages, Pages]) -> None:
    """Or nothing would have been tried."""
    _, _, changed = before_and_after
    assert {row for _, row in changed} >= {
        "today",
        "patients",
        "alerts",
        "administration",
        "study-study",
        "study-setting-study",
        "api-course-list",
        "api-assessment-list",
        "api-cohort-detail-study",
    }
