"""Of several scores of one day the patient page says which is judged, and why."""

from __future__ import annotations

import pytest

from reports.actions.courses import recompute_episode
from reports.models import EpisodeCourse
from reports.pages.patient.page import patient_page
from tests.cast import days_ago
from tests.markup import said
from tests.reports.clinic import rate
from tests.tracking.pages.doors import signed_in
from tracking.actions import assessments
from tracking.models import TreatmentEpisode, User

DAY = 20


def remarks(user: User, episode: TreatmentEpisode) -> dict[float | None, str]:
    """What is remarked of each score of that day."""
    found = patient_page(user, episode.patient, None, days_ago(0))
    assert found
    return {row.value: row.remark for row in found.rows}


def test_the_one_recorded_last_is_judged_and_both_say_so(clinician: User, episode: TreatmentEpisode) -> None:
    for total in (9, 27):
        rate(episode, clinician, DAY, total, "phq9")
    recompute_episode(episode_id=episode.pk)
    assert EpisodeCourse.objects.get(episode=episode, instrument="phq9").latest == 27
    assert remarks(clinician, episode) == {
        9: "Not judged: another one of this day was recorded later.",
        27: "Judged: the one recorded last of 2 of this day.",
    }
    page = said(signed_in(clinician).get(f"/patients/{episode.patient.public_id}/"))
    assert "Not judged: another one of this day" in page and "Judged: the one recorded last of 2" in page


def test_a_correction_keeps_its_place_in_the_order(clinician: User, episode: TreatmentEpisode) -> None:
    first = rate(episode, clinician, DAY, 9, "phq9")
    rate(episode, clinician, DAY, 27, "phq9")
    assessments.correct_assessment(
        by=clinician, assessment=first, answers=first.answers | {"9": 1}, reason="misread"
    )
    recompute_episode(episode_id=episode.pk)
    judged = EpisodeCourse.objects.get(episode=episode, instrument="phq9").latest
    assert judged == 27
    assert [value for value, words in remarks(clinician, episode).items() if words[:6] == "Judged"] == [27]


def test_a_form_without_a_score_stands_aside(clinician: User, episode: TreatmentEpisode) -> None:
    rate(episode, clinician, DAY, 9, "phq9")
    rate(episode, clinician, DAY, None, "phq9")
    assert remarks(clinician, episode) == {
        9: "Judged: the only one with a score of 2 of this day.",
        None: "Not judged: it has no score, another one of this day has.",
    }


@pytest.mark.parametrize(("other", "day"), [("gad7", DAY), ("phq9", DAY + 1)])
def test_what_stands_alone_has_no_remark(
    clinician: User, episode: TreatmentEpisode, other: str, day: int
) -> None:
    rate(episode, clinician, DAY, 9, "phq9")
    rate(episode, clinician, day, 8, other)
    assert set(remarks(clinician, episode).values()) == {""}


def test_a_first_score_has_changed_from_nothing(clinician: User, episode: TreatmentEpisode) -> None:
    for day, total in ((-3, 20), (0, 18), (DAY, 9)):
        rate(episode, clinician, day, total)
    recompute_episode(episode_id=episode.pk)
    page = patient_page(clinician, episode.patient, None, days_ago(0))
    assert page
    assert [(row.value, row.change) for row in page.rows] == [(9, -9), (18, None), (20, None)]
