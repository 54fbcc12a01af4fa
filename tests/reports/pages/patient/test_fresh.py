"""The part of the patient page that keeps itself fresh, and closing a flag."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from reports.actions.courses import recompute_episode
from reports.models import CourseFlag, FlagState
from tests.reports.clinic import rate
from tests.reports.patient_page import history, page
from tracking.models import EpisodeMark, Patient, ReadEvent, TreatmentEpisode, User

__all__ = ["history"]
pytestmark = pytest.mark.django_db

RELAPSED = {0: 28, 14: 6, 42: 5, 60: 20}  # HAM-D17 with item 3 denied: 24, 6, 5, 16


class TestKeepingFresh:
    def fetch(self, client: Client, episode: TreatmentEpisode, revision: int | str) -> tuple[int, str]:
        response = client.get(
            reverse("patient-course", args=[episode.public_id]),
            {"revision": revision},
            headers={"HX-Request": "true", "X-Background": "1"},
        )
        return response.status_code, response.content.decode()

    def test_nothing_is_sent_while_nothing_has_changed(
        self,
        desk: Client,
        patient: Patient,
        episode: TreatmentEpisode,
        history: Callable[[dict[int, int]], None],
    ) -> None:
        history({0: 24})
        asked = re.search(r"/course/\?revision=(\d+)", page(desk, patient))
        assert asked
        reads = ReadEvent.objects.count()
        assert self.fetch(desk, episode, asked[1]) == (204, "")
        assert ReadEvent.objects.count() == reads

    def test_a_new_score_comes_once_it_is_computed(
        self,
        desk: Client,
        clinician: User,
        patient: Patient,
        episode: TreatmentEpisode,
        history: Callable[[dict[int, int]], None],
    ) -> None:
        history({0: 28})
        known = EpisodeMark.objects.get(episode=episode).done_rev
        rate(episode, clinician, 28, 8)
        assert self.fetch(desk, episode, known)[0] == 204
        recompute_episode(episode_id=episode.pk)
        status, shown = self.fetch(desk, episode, known)
        assert status == 200
        assert shown.lstrip().startswith('<div id="course"')
        assert "HAM-D17 8 " in shown

    def test_an_episode_without_a_score_waits_for_its_first(
        self, desk: Client, patient: Patient, episode: TreatmentEpisode
    ) -> None:
        EpisodeMark.objects.filter(episode=episode).delete()
        assert "/course/?revision=0" in page(desk, patient)
        assert self.fetch(desk, episode, 0) == (204, "")

    def test_a_page_whose_session_has_ended_leaves_for_the_sign_in_page(
        self, client: Client, episode: TreatmentEpisode
    ) -> None:
        response = client.get(
            reverse("patient-course", args=[episode.public_id]), headers={"HX-Request": "true"}
        )
        assert response.headers["HX-Refresh"] == "true"
        assert response.content == b""


class TestClosingAFlag:
    @pytest.fixture
    def flag(self, history: Callable[[dict[int, int]], None]) -> CourseFlag:
        history(RELAPSED)
        return CourseFlag.objects.get(kind="relapse_suspected")

    def close(self, client: Client, flag: CourseFlag, note: str = "Seen, dose raised") -> int:
        return client.post(reverse("flag-close", args=[flag.public_id]), {"note": note}).status_code

    def test_it_heads_the_page_until_it_is_closed(
        self, desk: Client, patient: Patient, flag: CourseFlag
    ) -> None:
        assert '<h2 class="page-title">Relapse suspected</h2>' in page(desk, patient)
        assert self.close(desk, flag) == 302
        flag.refresh_from_db()
        assert (flag.state, flag.closed_note) == (FlagState.CLOSED, "Seen, dose raised")
        assert "<h1>Petra Patientin</h1>" in page(desk, patient)

    def test_closing_says_why(self, desk: Client, patient: Patient, flag: CourseFlag) -> None:
        self.close(desk, flag, note=" ")
        assert "say what was concluded" in page(desk, patient)
        flag.refresh_from_db()
        assert flag.state == FlagState.OPEN

    def test_closed_twice_is_told_and_not_overwritten(
        self, desk: Client, patient: Patient, flag: CourseFlag
    ) -> None:
        self.close(desk, flag)
        self.close(desk, flag, note="again")
        assert "no longer open" in page(desk, patient)
        flag.refresh_from_db()
        assert flag.closed_note == "Seen, dose raised"

    def test_nobody_else_closes_it(
        self, client: Client, outsider: User, researcher: User, flag: CourseFlag
    ) -> None:
        for user, status in ((outsider, 404), (researcher, 403)):
            client.force_login(user)
            assert self.close(client, flag) == status
        flag.refresh_from_db()
        assert flag.state == FlagState.OPEN

    def test_a_link_cannot_close_it(self, desk: Client, flag: CourseFlag) -> None:
        assert desk.get(reverse("flag-close", args=[flag.public_id])).status_code == 405
