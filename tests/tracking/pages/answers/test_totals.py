"""Recording and correcting totals on the clinician's page."""

from __future__ import annotations

import re
import uuid

import pytest
from django.urls import reverse

from tests.cast import days_ago
from tests.markup import said
from tests.tracking.pages.doors import assert_anonymous_signs_in, assert_refused, assert_unseen, signed_in
from tracking.imports.planning.planner import make_plan
from tracking.imports.reading.problems import Problems
from tracking.imports.reading.read import read_rows
from tracking.imports.reading.spec_loader import FOLDER, load
from tracking.imports.writing.store import Source, import_scores
from tracking.models import Assessment, ReadEvent, TreatmentEpisode, User

SENT = {"totals.total": "20", "assessed_on": days_ago(1).isoformat()}


def sent(**more: object) -> dict[str, object]:
    return SENT | {"submission_id": str(uuid.uuid4())} | more


@pytest.fixture
def url(episode: TreatmentEpisode) -> str:
    return reverse("total-new", kwargs={"public_id": episode.public_id, "instrument": "bdi2"})


@pytest.fixture
def stored(clinician: User, url: str) -> Assessment:
    signed_in(clinician).post(url, sent())
    return Assessment.objects.get()


@pytest.fixture
def correct_url(stored: Assessment) -> str:
    return reverse("total-correct", args=[stored.public_id])


class TestRecord:
    def test_the_page_says_what_it_is_and_the_range_and_is_logged(
        self, clinician: User, url: str, episode: TreatmentEpisode
    ) -> None:
        page = signed_in(clinician).get(url)
        assert "BDI-II: record the total" in said(page) and "From 0 to 63. Higher is worse." in said(page)
        assert ReadEvent.objects.filter(page="total-new", patient=episode.patient.public_id).count() == 1

    def test_it_is_stored_and_shown_as_a_total(self, clinician: User, url: str) -> None:
        shown = signed_in(clinician).post(url, sent(), follow=True)
        assert shown.redirect_chain[-1][0] == reverse("assessment", args=[Assessment.objects.get().public_id])
        words = said(shown)
        assert "Recorded." in words and "total only" in words and "moderate" in words

    def test_entered_twice_it_asks_whether_there_were_two(self, clinician: User, url: str) -> None:
        client = signed_in(clinician)
        client.post(url, sent())
        held = client.post(url, sent())
        assert held.status_code == 400
        assert "is on record already and says the same: were there two sheets that day" in said(held)
        assert 'name="two_sheets"' in held.content.decode()
        again = client.post(url, sent())
        assert Assessment.objects.count() == 1 and again.status_code == 400
        client.post(url, sent(two_sheets="on"))
        assert Assessment.objects.count() == 2

    def test_of_several_scales_one_is_enough_but_not_none(
        self, clinician: User, episode: TreatmentEpisode
    ) -> None:
        address = reverse("total-new", kwargs={"public_id": episode.public_id, "instrument": "eq5d5l"})
        client, day = signed_in(clinician), {"assessed_on": days_ago(1).isoformat()}
        none = client.post(address, day | {"submission_id": str(uuid.uuid4())})
        assert (none.status_code, "Give at least one total" in said(none)) == (400, True)
        assert (
            client.post(address, day | {"submission_id": str(uuid.uuid4()), "totals.vas": "70"}).status_code
            == 302
        )
        assert [(row.scale, row.value) for row in Assessment.objects.get().scores.all()] == [("vas", 70)]

    def test_sent_twice_it_is_stored_once_and_said(self, clinician: User, url: str) -> None:
        client, body = signed_in(clinician), sent()
        client.post(url, body)
        assert "already been received" in said(client.post(url, body, follow=True))
        assert Assessment.objects.count() == 1

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"totals.total": "64"}, "less than or equal to 63"),
            ({"totals.total": "-1"}, "greater than or equal to 0"),
            ({"totals.total": "12.5"}, "Must be a whole number"),
            ({"totals.total": "nan"}, "Enter a number"),
            ({"totals.total": ""}, "This field is required"),
            ({"assessed_on": days_ago(-2).isoformat()}, "lies in the future"),
            ({"assessed_on": days_ago(500).isoformat()}, "before the patient was enrolled"),
        ],
    )
    def test_what_is_wrong_is_named_and_nothing_stored(
        self, clinician: User, url: str, change: dict, words: str
    ) -> None:
        response = signed_in(clinician).post(url, sent(**change))
        assert response.status_code == 400
        assert words in said(response)
        assert not Assessment.objects.exists()

    def test_it_is_offered_for_recording_and_not_for_asking(
        self, clinician: User, url: str, episode: TreatmentEpisode
    ) -> None:
        page = signed_in(clinician).get(reverse("request-new", args=[episode.public_id])).content.decode()
        assert url in page
        assert 'value="bdi2"' not in page

    def test_an_instrument_with_items_has_no_such_page(
        self, clinician: User, episode: TreatmentEpisode
    ) -> None:
        for key in ("phq9", "nothing"):
            address = reverse("total-new", kwargs={"public_id": episode.public_id, "instrument": key})
            assert signed_in(clinician).get(address).status_code == 404
        sheet = reverse("rate-new", kwargs={"public_id": episode.public_id, "instrument": "bdi2"})
        assert signed_in(clinician).get(sheet).status_code == 404


class TestCorrect:
    def test_a_correction_is_a_new_version_with_its_reason(
        self, clinician: User, stored: Assessment, correct_url: str
    ) -> None:
        client = signed_in(clinician)
        assert correct_url in client.get(reverse("assessment", args=[stored.public_id])).content.decode()
        assert re.search(r'name="totals.total" value="20(\.0)?"', client.get(correct_url).content.decode())
        shown = client.post(correct_url, SENT | {"totals.total": "30", "reason": "Misread"}, follow=True)
        assert "Misread" in said(shown) and "severe" in said(shown)
        assert Assessment.objects.current().get().supersedes == stored

    def test_it_needs_a_reason(self, clinician: User, correct_url: str) -> None:
        assert signed_in(clinician).post(correct_url, SENT).status_code == 400
        assert Assessment.objects.count() == 1

    def test_whoever_comes_second_is_told(self, clinician: User, correct_url: str) -> None:
        client, body = signed_in(clinician), SENT | {"reason": "Misread"}
        assert client.post(correct_url, body).status_code == 302
        second = client.post(correct_url, body | {"totals.total": "31", "reason": "Misheard"})
        assert second.status_code == 409
        shown = said(second)
        assert "by somebody else" in shown and "Reason Misread" in shown and "Your reason Misheard" in shown
        (line,) = second.context["lines"]
        assert (line.before, line.stored, line.own) == ("20", "20", "31")
        newer = Assessment.objects.current().get()
        assert reverse("total-correct", args=[newer.public_id]) in second.content.decode()
        assert client.get(correct_url).status_code == 409
        assert Assessment.objects.count() == 2


class TestDoors:
    def test_nobody_else_records_or_corrects(
        self,
        url: str,
        correct_url: str,
        episode: TreatmentEpisode,
        stored: Assessment,
        outsider: User,
        rater: User,
        administrator: User,
        patient_user: User,
    ) -> None:
        for address, shown in ((url, episode.public_id), (correct_url, stored.public_id)):
            assert_unseen(outsider, address, shown, sent(reason="x"))
            assert_anonymous_signs_in(address, sent(reason="x"))
            for user in (rater, administrator, patient_user):
                assert_refused(user, address, sent(reason="x"), 403)


@pytest.mark.django_db
def test_an_imported_total_of_an_instrument_with_items_is_corrected_scale_by_scale(clinician: User) -> None:
    """Only what a total was imported of: the subscales follow from items that nobody knows."""
    name = "antidepressant_hamd17"
    spec, data = load(FOLDER / f"{name}.toml"), (FOLDER.parent / "data" / f"{name}.csv").read_bytes()
    plan = make_plan(spec, read_rows(data, spec.file, spec.columns, Problems()), Problems())
    import_scores(by=None, study="trial", spec=spec, plan=plan, source=Source("t.csv", "0" * 64))
    imported = Assessment.objects.filter(instrument="hamd17").first()
    team = imported.episode.patient.team
    team.memberships.create(user=clinician, starts_on=days_ago(10))
    address = reverse("total-correct", args=[imported.public_id])
    page = signed_in(clinician).get(address).content.decode()
    assert re.findall(r'name="(totals\.\w+)"', page) == ["totals.total"]
    day = imported.assessed_on.isoformat()
    sent = {"totals.total": "11", "assessed_on": day, "reason": "The file had a slip"}
    assert signed_in(clinician).post(address, sent).status_code == 302
    corrected = imported.superseded_by
    assert (corrected.source, corrected.scores.get().value) == ("imported", 11)
    assert corrected.external_key is None
