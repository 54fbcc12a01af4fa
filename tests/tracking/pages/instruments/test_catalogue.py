"""The catalogue of instruments, and trying one without leaving anything behind."""

from __future__ import annotations

import logging
import re
from random import Random

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from measures import registry, scoring
from measures.instrument import Instrument, Item
from tests.cast import days_ago, person
from tests.markup import markup, said
from tests.tracking.answers import PHQ9, posted
from tests.tracking.definitions import CHECK_IN, SCORE_ONLY, published
from tests.tracking.pages.doors import assert_anonymous_signs_in, assert_refused, signed_in
from tracking.actions import care
from tracking.actions.library import publish_instrument, retire_instrument
from tracking.models import Site, User
from tracking.pages.instruments.tried import Tried
from tracking.vocabulary import Role

KEYS = [one.key for one in registry.all_latest()]
HTMX = {"HX-Request": "true"}


def try_url(key: str) -> str:
    return reverse("instrument-try", kwargs={"key": key, "version": registry.get(key).version})


def row_counts() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


@pytest.fixture
def staff(clinician: User) -> Client:
    return signed_in(clinician)


class TestList:
    @pytest.mark.parametrize("role", [role for role in Role if role not in {Role.PATIENT, Role.RATER}])
    def test_every_role_of_the_staff_reads_it(self, db: None, role: Role) -> None:
        page = said(signed_in(person("Somebody", role)).get(reverse("instruments")))
        assert f"{len(KEYS)} instruments" in page
        for title in ("Depression and mania", "PHQ-9", "Authors’ wording", "Totals only", "Labels only"):
            assert title in page

    def test_a_rater_meets_what_is_rated_and_no_questionnaire(self, rater: User) -> None:
        rated = [key for key in KEYS if registry.get(key).rater == "clinician"]
        page = said(signed_in(rater).get(reverse("instruments")))
        assert f"{len(rated)} instruments" in page and "HAM-D17" in page and "MEQ30" not in page
        for key in KEYS:
            expected = 200 if key in rated else 404
            assert signed_in(rater).get(reverse("instrument", args=[key])).status_code == expected

    def test_nobody_else_does(self, patient_user: User) -> None:
        for url in (reverse("instruments"), reverse("instrument", args=["phq9"]), try_url("phq9")):
            assert_refused(patient_user, url, {}, 403)
            assert_anonymous_signs_in(url, {})

    @pytest.mark.parametrize(
        ("query", "found", "not_found"),
        [
            ({"q": "phq"}, "Patient Health Questionnaire", "Young Mania"),
            ({"q": "INSOMNIA"}, "Insomnia Severity", "GAD-7"),
            ({"q": "trauma"}, "CAPS-5", "PHQ-9"),
            ({"q": "hamilton insomnia"}, "HAM-D17", "Insomnia Severity Index"),
            ({"who": "totals"}, "BDI-II", "PHQ-9"),
            ({"who": "clinician"}, "HAM-D17", "PHQ-9"),
            ({"who": "self", "q": "ptsd"}, "PCL-5", "CAPS-5"),
        ],
    )
    def test_it_is_narrowed(self, staff: Client, query: dict, found: str, not_found: str) -> None:
        page = said(staff.get(reverse("instruments"), query))
        assert found in page
        assert not_found not in page
        assert "what you look for" in page

    @pytest.mark.parametrize("query", [{"q": "xyzzy"}, {"q": "phq\0"}, {"q": "x" * 500}, {"who": "x"}])
    def test_what_finds_nothing_or_makes_no_sense(self, staff: Client, query: dict) -> None:
        response = staff.get(reverse("instruments"), query)
        assert response.status_code == 200
        assert ("Nothing fits" in said(response)) == (query == {"q": "xyzzy"})


@pytest.mark.one_engine("pages of instrument files, of which the database knows nothing")
class TestPage:
    @pytest.mark.parametrize("key", KEYS)
    def test_every_shipped_instrument(self, staff: Client, key: str) -> None:
        one = registry.get(key)
        response = staff.get(reverse("instrument", args=[key]))
        page = response.content.decode()
        assert response.status_code == 200
        assert response.context["page"].scales[0].words.title in [scale.title for scale in one.scales]
        assert page.count('class="item-list"') == len(response.context["page"].runs)
        assert page.count("<rect") == sum(
            len(found.bands) for scale in one.scales for found in scale.band_sets
        )
        for reference in response.context["page"].references:
            assert f'id="source-{reference.number}"' in page
            assert f'href="#source-{reference.number}"' in page or reference.source in one.sources

    def test_the_phq9_in_words(self, staff: Client) -> None:
        page = said(staff.get(reverse("instrument-version", args=["phq9", "1"])))
        for words in (
            "The patient answers 10 items about the last two weeks, in about 2 minutes.",
            "The sum of items 1 to 9. From 0 to 27 points; higher is worse.",
            "moderately severe 15–19",
            "1 or more is looked at by a clinician. 2 or more is urgent.",
            "Thoughts that you would be better off dead or of hurting yourself in some way safety: suicide",
            "Copyright 1999 Pfizer Inc.",
            "44249-1",
            "medium confidence",
        ):
            assert words in page

    def test_sets_of_bands_stand_one_above_the_other(self, staff: Client) -> None:
        page = staff.get(reverse("instrument", args=["hamd17"])).content.decode()
        first, second, third = (page.index(key) for key in ("apa2000", "zimmerman2013", "ids_equating"))
        assert first < second < third
        assert page.count("For reading beside it") == 2

    def test_where_no_bands_are_published_it_says_so(self, staff: Client) -> None:
        page = staff.get(reverse("instrument", args=["caps5"])).content.decode()
        assert "No severity bands" in page and "<rect" not in page

    @pytest.mark.parametrize(
        "address", ["instruments/nothing/", "instruments/phq9/99/", "instruments/phq9/99/try/"]
    )
    def test_what_is_not_there(self, staff: Client, address: str) -> None:
        assert staff.get(f"/{address}").status_code == 404

    def test_its_file_can_be_had(self, staff: Client) -> None:
        response = staff.get(reverse("instrument-definition", args=["phq9", "1"]))
        assert response.content == (registry.FOLDER / "phq9" / "1.toml").read_bytes()
        assert response.headers["Content-Disposition"] == 'attachment; filename="phq9-1.toml"'

    def test_an_administrator_is_led_to_the_wording(self, administrator: User, staff: Client) -> None:
        url, door = reverse("instrument", args=["madrs"]), reverse("wording-new", args=["madrs"])
        assert door in signed_in(administrator).get(url).content.decode()
        assert door not in staff.get(url).content.decode()


class TestASitesOwn:
    @pytest.fixture(autouse=True)
    def published(self, administrator: User, site: Site) -> None:
        publish_instrument(by=administrator, site=site, definition=CHECK_IN)

    @pytest.fixture
    def elsewhere(self, db: None) -> User:
        south = care.create_site(by=None, key="south", name="South", timezone="UTC", crisis_contacts="112")
        return person("Sue South", Role.CLINICIAN, site=south)

    def test_it_stands_first_and_is_marked(self, administrator: User) -> None:
        client = signed_in(administrator)
        page = said(client.get(reverse("instruments")))
        assert page.index("Your site’s own") < page.index("Check-in") < page.index("BDI-II")
        assert "North Clinic’s own" in said(client.get(reverse("instrument", args=["check_in"])))
        definition = client.get(reverse("instrument-definition", args=["check_in", "1"]))
        assert definition.content.decode().strip() == CHECK_IN.strip()

    def test_another_site_knows_nothing_of_it(self, elsewhere: User) -> None:
        client = signed_in(elsewhere)
        assert "Check-in" not in said(client.get(reverse("instruments")))
        for name, arguments in (
            ("instrument", ["check_in"]),
            ("instrument-try", ["check_in", "1"]),
            ("instrument-definition", ["check_in", "1"]),
        ):
            assert client.get(reverse(name, args=arguments)).status_code == 404

    def test_whoever_works_in_a_team_of_the_site_sees_it(self, elsewhere: User, team_a: object) -> None:
        care.add_member(by=None, team=team_a, user=elsewhere, starts_on=days_ago(3))
        assert "Check-in" in said(signed_in(elsewhere).get(reverse("instruments")))

    def test_versions_and_retirement(self, administrator: User, site: Site) -> None:
        second = CHECK_IN.replace('version = "1"', 'version = "2"', 1)
        row = publish_instrument(by=administrator, site=site, definition=second)
        client = signed_in(administrator)
        assert client.get(reverse("instrument", args=["check_in"])).context["instrument"].version == "2"
        retire_instrument(by=administrator, instrument=row, reason="A typing error")
        latest = client.get(reverse("instrument", args=["check_in"]))
        assert latest.context["instrument"].version == "1" and "retired" not in said(latest)
        assert "retired" in said(client.get(reverse("instrument-version", args=["check_in", "2"])))
        assert client.get(reverse("instrument-version", args=["check_in", "3"])).status_code == 404


def any_answer(item: Item, rng: Random) -> object:
    if item.kind == "boolean":
        return rng.choice([True, False])
    if item.kind == "text":
        return "something"
    if item.options:
        return rng.choice(item.options).value
    return rng.randint(int(item.minimum), int(item.maximum))


def some_answers(instrument: Instrument, rng: Random) -> dict[str, object]:
    """A sheet with about one gap in eight."""
    return {item.code: any_answer(item, rng) for item in instrument.items if rng.random() < 7 / 8}


@pytest.mark.one_engine("scores what was sent and stores nothing")
class TestTrying:
    @pytest.mark.parametrize("key", [key for key in KEYS if registry.get(key).items])
    def test_it_comes_to_what_the_scoring_says(self, staff: Client, key: str) -> None:
        instrument, rng = registry.get(key), Random(key)  # noqa: S311 (no secrets)
        for _ in range(3):
            answers = some_answers(instrument, rng)
            shown = staff.post(try_url(key), posted(answers)).context["result"]
            expected = scoring.score(instrument, answers)
            assert {line.scale.key: line.result for line in shown.scales} == expected.scales
            assert [met for _, met, _ in shown.outcomes] == list(expected.outcomes.values())
            assert {one.item.code: one.state for one in shown.safety} == expected.critical
            spared = scoring.skipped(instrument, expected.answers)
            gaps = [i for i in instrument.items if i.required and answers.get(i.code) is None]
            assert list(shown.missing) == [item for item in gaps if item.code not in spared]

    def test_without_javascript_the_page_comes_again_with_its_results(self, staff: Client) -> None:
        response = staff.post(try_url("phq9"), posted(PHQ9))
        page = response.content.decode()
        assert re.search(r'name="item-1" value="2"[^>]*checked', page)
        assert "Nothing is stored" in page
        assert "PHQ-9 total 9" in said(response) and "mild" in said(response)

    def test_with_htmx_only_the_results_come(self, staff: Client) -> None:
        response = staff.post(try_url("phq9"), posted(PHQ9), headers=HTMX)
        assert "<html" not in response.content.decode()
        assert "9 of 9 answered" in said(response)

    def test_every_set_of_bands_is_read(self, staff: Client) -> None:
        hamd = {str(n): 1 for n in range(1, 18)}
        shown: Tried = staff.post(try_url("hamd17"), posted(hamd | {"1": 3})).context["result"]
        assert [(bar.band_set.key, band.key) for bar, band in shown.scales[0].bands] == [
            ("apa2000", "severe"),  # 19 to 22
            ("zimmerman2013", "moderate"),  # 17 to 23
            ("ids_equating", "moderate"),  # 14 to 19
        ]

    def test_an_estimate_is_called_one(self, staff: Client) -> None:
        page = said(staff.post(try_url("phq9"), posted({str(n): 1 for n in range(2, 10)})))
        assert "≈ 9 estimate, read as 9" in page
        assert "8 of 9 answered, sum so far 8" in page

    def test_what_is_open_says_so(self, staff: Client) -> None:
        page = said(staff.post(try_url("phq9"), posted({"1": 2})))
        assert "major depressive syndrome open" in page
        assert "Item 9. Not answered: that is no denial" in page

    def test_safety_items(self, staff: Client) -> None:
        for value, words in ((0, "Not endorsed"), (1, "an alert for review"), (3, "an urgent alert")):
            assert words in said(staff.post(try_url("phq9"), posted(PHQ9 | {"9": value})))

    def test_a_triage_is_not_final_while_an_answer_could_raise_it(self, staff: Client) -> None:
        def shown(**answers: bool) -> str:
            return said(staff.post(try_url("cssrs_screener"), posted(answers)))

        assert "Triage at least" in shown(**{"1": True, "2": False})
        assert "Triage at least" not in shown(**{"1": True, "2": False, "6": False})

    def test_what_needs_no_answer_falls_away(self, staff: Client) -> None:
        response = staff.post(try_url("audit"), posted({"1": 0}), headers=HTMX)
        spared = re.findall(r'id="spared-(\w+)" hx-swap-oob="true">([^<]*)<', markup(response))
        assert dict(spared) == {str(n): "Needs no answer now." for n in range(2, 9)}
        back = staff.post(try_url("audit"), posted({"1": 1}), headers=HTMX)
        assert "Needs no answer" not in said(back)
        whole = staff.post(try_url("audit"), posted({"1": 0})).content.decode()
        assert whole.count("Needs no answer now.") == 7 and "hx-swap-oob" not in whole

    def test_totals_of_what_has_no_items(self, staff: Client) -> None:
        response = staff.post(try_url("bdi2"), {"total": "22"})
        assert response.status_code == 200
        assert response.context["result"].scales[0].result == scoring.score_total(
            registry.get("bdi2"), "total", 22
        )
        assert "BDI-II total 22" in said(response) and "moderate" in said(response)

    def test_the_unit_of_a_scale_is_text_and_never_markup(self, staff: Client, site: Site) -> None:
        published(site, SCORE_ONLY.replace('rule = "sum"', 'rule = "sum"\nunit = "<b onclick=x>days</b>"'))
        address = reverse("instrument-try", args=["pain_diary", "score-only"])
        page = staff.get(address).content
        assert b"<b onclick" not in page and b"&lt;b onclick" in page

    @pytest.mark.parametrize("total", ["64", "-1", "22.5", "abc", "nan", "1e999"])
    def test_a_total_that_cannot_be(self, staff: Client, total: str) -> None:
        response = staff.post(try_url("bdi2"), {"total": total})
        assert response.status_code == 400
        assert "This was not taken" in said(response)
        assert not response.context["result"].scales

    @pytest.mark.parametrize("wrong", [{"item-1": "7"}, {"item-1": "abc"}, {"item-99": "1"}])
    def test_an_answer_that_cannot_be(self, staff: Client, wrong: dict) -> None:
        response = staff.post(try_url("phq9"), posted(PHQ9) | wrong)
        assert response.status_code == 400
        assert "This was not taken" in said(response)
        assert "Not taken" in said(staff.post(try_url("phq9"), posted(PHQ9) | wrong, headers=HTMX))

    def test_nothing_is_stored_or_logged(self, staff: Client, caplog: pytest.LogCaptureFixture) -> None:
        before = row_counts()
        with caplog.at_level(logging.DEBUG):
            staff.post(try_url("phq9"), posted(PHQ9 | {"9": 3}))
            staff.post(try_url("phq9"), posted(PHQ9 | {"9": 3}), headers=HTMX)
            staff.post(try_url("bdi2"), {"total": "22"})
            staff.post(try_url("adverse_event"), {"item-term": "a very private word"})
        assert row_counts() == before
        assert "private" not in caplog.text and "item-" not in caplog.text

    def test_answers_in_an_address_are_not_looked_at(self, staff: Client) -> None:
        shown: Tried = staff.get(try_url("phq9"), posted(PHQ9)).context["result"]
        assert (shown.answered, shown.needed) == (0, 9)
