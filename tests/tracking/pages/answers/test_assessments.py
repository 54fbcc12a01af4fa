"""Reading a completed assessment, and correcting it with a reason."""

from __future__ import annotations

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from tests.cast import days_ago
from tests.markup import markup, said
from tests.reports.clinic import give_dose
from tests.tracking.answers import CAPS, HAMD, PHQ9, posted, recorded
from tests.tracking.dosing import begun, mdma_episode, vitals
from tests.tracking.imports.small import plan, spec
from tests.tracking.pages.doors import assert_anonymous_signs_in, assert_refused, assert_unseen, signed_in
from tracking.imports.writing.store import Source, import_scores
from tracking.models import (
    Assessment,
    CareTeam,
    DeclaredScale,
    EpisodeMark,
    Patient,
    ReadEvent,
    ScaleScore,
    TreatmentEpisode,
    User,
)
from tracking.vocabulary import AnswerSource

BDI = {
    "key": "bdi",
    "version": "score-only",
    "title": "Beck Depression Inventory",
    "short_title": "BDI",
    "rater": "self",
    "recall": "the past week",
    "rights": {"holder": "The publisher", "terms": "Totals only", "wording": "score-only"},
    "sources": [{"source": "A paper", "confidence": "high"}],
    "scales": [
        {"key": "total", "title": "Total", "rule": "sum", "range": [0, 63], "direction": "higher_is_worse"},
    ],
}


def of(assessment: Assessment, name: str = "assessment") -> str:
    return reverse(name, kwargs={"public_id": assessment.public_id})


@pytest.fixture
def stored(episode: TreatmentEpisode, clinician: User) -> Assessment:
    return recorded(episode, clinician, "hamd17", HAMD | {"2": 4}, ago=9).assessment


def assert_only_the_total_is_corrected(shown: HttpResponse, one: Assessment) -> None:
    """Nobody may put answers in the place of answers that were never known."""
    page = shown.content.decode()
    assert of(one, "total-correct") in page and of(one, "assessment-correct") not in page


class TestReading:
    def test_answers_scores_band_and_its_set_are_in_words(self, stored: Assessment, clinician: User) -> None:
        page = said(signed_in(clinician).get(of(stored)))
        assert "HAM-D17 total: 19 of 52 (severe)" in page
        assert "Hears accusatory or denunciatory voices" in page
        assert "Bands: " in page and "entered late" in page
        assert "Clara Clinician" in page and "Rated by a clinician" in page
        assert ReadEvent.objects.filter(page="assessment", actor=clinician.public_id).count() == 1

    def test_conclusions_have_three_values(self, episode: TreatmentEpisode, clinician: User) -> None:
        one = recorded(episode, clinician, "caps5", CAPS | {"1": 2, "6": None}).assessment
        page = said(signed_in(clinician).get(of(one)))
        assert "Criterion B: intrusion Met" in page
        assert "Criterion C: avoidance Cannot be decided" in page
        assert "Criterion D: cognitions and mood Not met" in page
        assert "left unanswered" in page and "no total, 1 of 20 items" in page

    def test_what_the_conclusions_come_to_stands_above_them(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        answers = {"1": True, "2": True, "3": False, "4": False, "5": False, "6": False}
        stored = recorded(episode, clinician, "cssrs_screener", answers).assessment
        words = said(signed_in(clinician).get(of(stored)))
        assert "Conclusions Triage: low risk . Any yes: at least low risk Met" in words

    def test_what_was_taken_in_a_dosing_session_leads_to_its_run_sheet(
        self, patient: Patient, clinician: User
    ) -> None:
        session = begun(clinician, mdma_episode(patient, clinician))
        stored = vitals(clinician, session, 10).assessment
        link = (
            f'<a href="{reverse("run-sheet", args=[session.public_id])}">Run-sheet of the dosing session</a>'
        )
        assert f"<dt>Session</dt><dd>{link}</dd>" in markup(signed_in(clinician).get(of(stored)))

    def test_an_estimate_says_that_it_is_one(self, episode: TreatmentEpisode, clinician: User) -> None:
        one = recorded(episode, None, "phq9", PHQ9 | {"8": None}).assessment
        page = said(signed_in(clinician).get(of(one)))
        assert "about 10.1 of 27, estimated from 8 of 9 items" in page
        assert "the patient, through a link" in page

    def test_imported_totals_without_items(self, episode: TreatmentEpisode, clinician: User) -> None:
        DeclaredScale.objects.create(study=episode.study, key="bdi", definition=BDI)
        one = Assessment.objects.create(
            episode=episode,
            instrument="bdi",
            version="score-only",
            wording="score-only",
            source=AnswerSource.IMPORTED,
            assessed_on=days_ago(20),
        )
        ScaleScore.objects.create(assessment=one, scale="total", value=21, items_answered=0, items_missing=0)
        shown = signed_in(clinician).get(of(one))
        assert "total only" in said(shown) and "21" in said(shown)
        assert_only_the_total_is_corrected(shown, one)
        assert signed_in(clinician).get(of(one, "assessment-correct")).status_code == 409

    def test_an_imported_file_of_answers_and_of_totals(self, team_a: CareTeam, clinician: User) -> None:
        source = Source("small.csv", "0" * 64)
        import_scores(by=None, study="small", spec=spec(), plan=plan(), source=source)
        items, totals = (
            Assessment.objects.filter(instrument=key).order_by("pk").first() for key in ("phq9", "hamd17")
        )
        page = said(signed_in(clinician).get(of(items)))
        assert "which wording was on the paper is not known" in page and "Correct with a reason" in page
        shown = signed_in(clinician).get(of(totals))
        assert "total only" in said(shown) and "left unanswered" not in said(shown)
        assert_only_the_total_is_corrected(shown, totals)
        assert signed_in(clinician).get(of(totals, "assessment-correct")).status_code == 409

    def test_an_entered_total_that_differs_is_shown(self, episode: TreatmentEpisode, clinician: User) -> None:
        one = Assessment.objects.create(
            episode=episode,
            instrument="hamd17",
            version="1",
            wording="verbatim",
            source=AnswerSource.IMPORTED,
            assessed_on=days_ago(20),
            answers=HAMD,
            entered_totals={"total": 17},
        )
        ScaleScore.objects.create(assessment=one, scale="total", value=16, items_answered=17, items_missing=0)
        assert "The imported file gave HAM-D17 total 17." in said(signed_in(clinician).get(of(one)))

    def test_who_may_not(
        self, stored: Assessment, outsider: User, rater: User, researcher: User, patient_user: User
    ) -> None:
        assert signed_in(outsider).get(of(stored)).status_code == 404
        assert signed_in(rater).get(of(stored)).status_code == 404
        for other in (researcher, patient_user):
            assert signed_in(other).get(of(stored)).status_code == 403
        assert not ReadEvent.objects.exists()


class TestCorrecting:
    SHEET = posted(HAMD, assessed_on=days_ago(9).isoformat(), reason="misheard item 2")

    def test_the_sheet_is_filled_with_what_was_recorded(self, stored: Assessment, clinician: User) -> None:
        page = signed_in(clinician).get(of(stored, "assessment-correct")).content.decode()
        assert re.search(r'name="item-2" value="4"[^>]*checked', page)
        assert f'value="{stored.assessed_on:%Y-%m-%d}"' in page

    def test_the_hour_can_be_stated_where_only_the_day_of_a_dose_was(
        self, stored: Assessment, clinician: User
    ) -> None:
        day = (stored.assessed_on - stored.episode.starts_on).days
        session = give_dose(stored.episode, clinician, day, hour=12)
        client = signed_in(clinician)
        assert "Acute:" in said(client.get(of(stored)))
        before = timezone.localtime(session.starts_at - timedelta(hours=2), ZoneInfo("Europe/Berlin"))
        client.post(
            of(stored, "assessment-correct"), self.SHEET | {"assessed_at": f"{before:%Y-%m-%dT%H:%M}"}
        )
        corrected = Assessment.objects.get(supersedes=stored)
        assert corrected.assessed_at == session.starts_at - timedelta(hours=2)
        assert "Acute:" not in said(client.get(of(corrected)))

    def test_both_versions_stay_readable(self, stored: Assessment, clinician: User) -> None:
        wanted = EpisodeMark.objects.get(episode=stored.episode).wanted_rev
        client = signed_in(clinician)
        client.post(of(stored, "assessment-correct"), self.SHEET)
        corrected = Assessment.objects.get(supersedes=stored)
        assert EpisodeMark.objects.get(episode=stored.episode).wanted_rev == wanted + 1
        new, old = said(client.get(of(corrected))), said(client.get(of(stored)))
        assert "total: 16 of 52" in new and "misheard item 2" in new
        assert "total: 19 of 52" in old and "This version was corrected" in old
        assert of(corrected) in client.get(of(stored)).content.decode()

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"reason": " "}, "required"),
            ({"item-2": "9"}, "Choose one of the answers"),
            ({"item-x": "1"}, "not an item"),
            ({"assessed_on": days_ago(-2).isoformat()}, "lies in the future"),
        ],
    )
    def test_what_is_wrong_is_named(
        self, stored: Assessment, clinician: User, change: dict, words: str
    ) -> None:
        response = signed_in(clinician).post(of(stored, "assessment-correct"), self.SHEET | change)
        assert response.status_code == 400
        assert words in said(response)
        assert Assessment.objects.count() == 1

    def test_whoever_comes_second_is_told(self, stored: Assessment, clinician: User) -> None:
        client, url = signed_in(clinician), of(stored, "assessment-correct")
        client.post(url, self.SHEET)
        second = client.post(url, self.SHEET | {"item-1": "4"})
        assert second.status_code == client.get(url).status_code == 409
        assert "corrected by somebody else" in said(second)
        assert Assessment.objects.count() == 2

    def test_who_may_not(
        self, stored: Assessment, outsider: User, rater: User, researcher: User, patient_user: User
    ) -> None:
        url = of(stored, "assessment-correct")
        assert_anonymous_signs_in(url, self.SHEET)
        for stranger in (outsider, rater):
            assert_unseen(stranger, url, stored.public_id, self.SHEET)
        for other in (researcher, patient_user):
            assert_refused(other, url, self.SHEET, 403)
