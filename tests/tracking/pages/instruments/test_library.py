"""The administrator's pages of a site's own instruments."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.cast import person
from tests.markup import markup, said
from tests.tracking.definitions import CHECK_IN, PHQ4, SCORE_ONLY, published, second
from tests.tracking.pages.doors import signed_in
from tracking.actions import library
from tracking.errors import Conflict, InvalidInput, TrackingError
from tracking.models import AuditEvent, InstrumentRetirement, Site, SiteInstrument, User
from tracking.rules.definitions import LARGEST
from tracking.vocabulary import Role

pytestmark = pytest.mark.django_db
NEW, TRY, PUBLISH = (reverse(name) for name in ("library-new", "library-try", "library-publish"))
HTMX = {"HX-Request": "true"}


def text(site: Site, definition: str = CHECK_IN, **more: object) -> dict[str, object]:
    return {"site": site.pk, "text": definition, "name": "own.toml"} | more


def file(site: Site, content: str | bytes = CHECK_IN, name: str = "own.toml") -> dict[str, object]:
    data = content.encode() if isinstance(content, str) else content
    return {"site": site.pk, "upload": SimpleUploadedFile(name, data)}


def rows() -> dict[str, int]:
    """How many rows each table has: what a trial must leave as it was."""
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


class TestCheck:
    @pytest.mark.parametrize("sent", [text, file])
    def test_a_sound_definition_is_shown_and_not_stored(
        self, administrator: User, site: Site, sent: object
    ) -> None:
        client = signed_in(administrator)
        before = rows()
        page = client.post(NEW, sent(site))
        words = said(page)
        assert page.status_code == 200
        assert "not yet published" in words and "The definition is sound" in words
        assert "I have felt calm" in words and "turned round before scoring" in words.lower()
        assert "Publish version 1" in words
        assert rows() == before

    def test_what_changed_since_the_last_version_is_told(self, administrator: User, site: Site) -> None:
        published(site)
        words = said(signed_in(administrator).post(NEW, text(site, second())))
        assert "Changed since version 1" in words
        assert "items › calm › label I have felt calm I was calm" in words

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (CHECK_IN.replace('label = "I have been afraid"', ""), "own.toml: items[2].label: is missing"),
            (CHECK_IN.replace('"check_in"', '"phq9"'), "own.toml: key: phq9 ships with Throughline"),
            (b"\xff\xfe", "own.toml: (file): is not UTF-8"),
            ("#" * (LARGEST + 1), "own.toml: (file): is larger than 256 kB"),
            ("key = ", "own.toml: (file): is not TOML"),
            ("", "The submitted file is empty"),
        ],
    )
    def test_a_refusal_names_file_key_and_reason(
        self, administrator: User, site: Site, content: str | bytes, reason: str
    ) -> None:
        response = signed_in(administrator).post(NEW, file(site, content))
        assert response.status_code == 400
        assert reason in said(response)

    def test_what_stands_in_a_definition_is_shown_as_text(self, administrator: User, site: Site) -> None:
        evil = "<script>alert(1)</script>{{ settings.SECRET_KEY }}"
        body = signed_in(administrator).post(NEW, text(site, CHECK_IN.replace("I have been afraid", evil)))
        assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ settings.SECRET_KEY }}" in body.content.decode()
        assert "<script>alert" not in body.content.decode()

    def test_a_file_or_its_text_not_both_and_not_neither(self, administrator: User, site: Site) -> None:
        client = signed_in(administrator)
        for data in (text(site, " "), text(site) | file(site)):
            response = client.post(NEW, data)
            assert (response.status_code, "either a file or its text" in said(response)) == (400, True)

    def test_another_site_cannot_be_named(self, administrator: User, south: Site) -> None:
        response = signed_in(administrator).post(NEW, text(south))
        assert (response.status_code, "Select a valid choice" in said(response)) == (400, True)

    def test_a_key_of_another_site_is_refused(self, administrator: User, site: Site, south: Site) -> None:
        published(south)
        assert "belongs to another site" in said(signed_in(administrator).post(NEW, text(site)))


class TestTry:
    ANSWERS = {"item-calm": "0", "item-afraid": "2", "item-dead": "1"}  # calm turned round: 2 + 2 + 1

    def test_answers_are_scored_and_nothing_is_stored(self, administrator: User, site: Site) -> None:
        client = signed_in(administrator)
        before = rows()
        whole = said(client.post(TRY, text(site) | self.ANSWERS))
        part = client.post(TRY, text(site) | self.ANSWERS, headers=HTMX)
        for words in (whole, said(part)):
            assert "Distress 5" in words and "high" in words
            assert "Endorsed: an alert for review would be raised" in words
        assert "<html" not in part.content.decode()
        assert rows() == before

    def test_gaps_are_named(self, administrator: User, site: Site) -> None:
        words = said(signed_in(administrator).post(TRY, text(site) | {"item-calm": "0"}, headers=HTMX))
        assert "1 of 3 answered" in words and "that is no denial" in words

    def test_an_instrument_without_items_asks_for_its_totals(self, administrator: User, site: Site) -> None:
        page = markup(signed_in(administrator).post(NEW, text(site, SCORE_ONLY)))
        totals = page.partition('aria-label="Totals"')[2].partition("</section>")[0]
        assert re.search(r'<label for="id_mean">Mean', totals)
        assert re.search(r'<input type="number" name="mean" step="any" min="0" max="10"', totals)

    def test_a_number_that_another_answer_makes_needless_says_so(
        self, administrator: User, site: Site
    ) -> None:
        hours = """
            [[items]]
            code = "hours"
            label = "For how many hours?"
            kind = "number"
            range = [0, 24]
            unit = "h"
            scored = false
            [[skips]]
            items = ["hours"]
            when = ["afraid"]
            at_most = 0
            strikes = true
            source = "Clinic policy"
            confidence = "policy"
            [[scales]]"""
        sheet, client = text(site, CHECK_IN.replace("[[scales]]", hours)), signed_in(administrator)
        for answer, told in (("0", "Needs no answer now."), ("1", "")):
            page = markup(client.post(TRY, sheet | {"item-afraid": answer}))
            assert f'<p class="spared quiet" id="spared-hours">{told}</p>' in page

    def test_totals_alone_can_be_tried(self, administrator: User, site: Site) -> None:
        words = said(signed_in(administrator).post(TRY, text(site, SCORE_ONLY, mean="3.5"), headers=HTMX))
        assert "Mean 3.5" in words

    def test_what_is_not_sound_is_not_scored(self, administrator: User, site: Site) -> None:
        response = signed_in(administrator).post(TRY, text(site, "key = 1") | self.ANSWERS)
        assert (response.status_code, "Distress" in said(response)) == (400, False)


class TestPublish:
    def test_it_is_stored_as_it_was_shown(self, administrator: User, site: Site) -> None:
        client = signed_in(administrator)
        shown = client.post(NEW, file(site)).content.decode()
        hidden = re.search(r'name="text" value="([^"]*)"', shown).group(1)
        posted = hidden.replace("&quot;", '"').replace("&#x27;", "'").replace("\n", "\r\n")
        stored = client.post(PUBLISH, text(site, posted), follow=True)
        row = SiteInstrument.objects.get()
        assert stored.redirect_chain[-1][0] == reverse("library-version", args=[row.public_id])
        assert "can be asked from now on" in said(stored) and row.sha256 in said(stored)
        assert (row.definition, row.published_by) == (CHECK_IN.strip("\n") + "\n", administrator)
        assert AuditEvent.objects.filter(action="publish_instrument").count() == 1

    def test_a_version_is_published_once(self, administrator: User, site: Site) -> None:
        client = signed_in(administrator)
        assert client.post(PUBLISH, text(site)).status_code == 302
        again = client.post(PUBLISH, text(site))
        assert (again.status_code, "a change is a new version" in said(again)) == (400, True)
        assert SiteInstrument.objects.count() == 1

    def test_what_was_changed_under_way_is_checked_again(self, administrator: User, site: Site) -> None:
        spoilt = CHECK_IN.replace("range = [0, 6]\n", "range = [0, 60]\n")
        assert signed_in(administrator).post(PUBLISH, text(site, spoilt)).status_code == 400
        assert not SiteInstrument.objects.exists()

    @pytest.mark.parametrize(
        ("refusal", "status"),
        [(Conflict("this version is there already"), 409), (InvalidInput("file", "is known"), 400)],
    )
    def test_what_the_action_alone_refuses_is_said(
        self,
        administrator: User,
        site: Site,
        monkeypatch: pytest.MonkeyPatch,
        refusal: TrackingError,
        status: int,
    ) -> None:
        """Somebody else has published in between."""

        def refuse(**_: object) -> None:
            raise refusal

        monkeypatch.setattr(library, "publish_instrument", refuse)
        response = signed_in(administrator).post(PUBLISH, text(site))
        assert (response.status_code, str(refusal) in said(response)) == (status, True)

    def test_the_list_says_which_versions_are_in_use(self, administrator: User, site: Site) -> None:
        client = signed_in(administrator)
        published(site)
        row = published(site, PHQ4)
        assert said(client.get(reverse("library"))).count("in use") == 2
        client.post(reverse("library-retire", args=[row.public_id]), {"reason": "Replaced"})
        words = said(client.get(reverse("library")))
        assert (words.count("in use"), words.count("retired")) == (1, 1)

    def test_it_is_listed_and_in_the_catalogue(
        self, administrator: User, clinician: User, site: Site
    ) -> None:
        published(site, PHQ4)
        assert "Patient Health Questionnaire-4" in said(signed_in(administrator).get(reverse("library")))
        assert "PHQ-4" in said(signed_in(clinician).get(reverse("instruments")))

    def test_the_page_of_a_version_says_what_it_has_changed(self, administrator: User, site: Site) -> None:
        first = published(site)
        later = published(site, second())
        client = signed_in(administrator)
        old, new = (client.get(reverse("library-version", args=[row.public_id])) for row in (first, later))
        assert "Changed since version 1" in said(new) and "Changed since" not in said(old)
        assert "items › calm › label I have felt calm I was calm" in said(new)
        retire = f'<a class="button ghost" href="{reverse("library-retire", args=[later.public_id])}">'
        assert f"{retire}Retire this version</a>" in new.content.decode()


class TestRetire:
    def test_it_is_retired_with_a_reason(self, administrator: User, site: Site) -> None:
        row, client = published(site), signed_in(administrator)
        address = reverse("library-retire", args=[row.public_id])
        assert client.post(address, {"reason": " "}).status_code == 400
        shown = said(client.post(address, {"reason": "Replaced"}, follow=True))
        assert "is not asked any more" in shown and "Replaced" in shown
        assert InstrumentRetirement.objects.get().by == administrator
        again = client.post(address, {"reason": "Replaced"})
        assert (again.status_code, "already been retired" in said(again)) == (409, True)


class TestDoors:
    def test_another_sites_instrument_looks_like_none(self, administrator: User, south: Site) -> None:
        row, client = published(south), signed_in(administrator)
        for name in ("library-version", "library-retire"):
            address = reverse(name, args=[row.public_id])
            absent = address.replace(str(row.public_id), "00000000-0000-4000-8000-000000000000")
            assert client.get(address).status_code == 404
            assert client.get(address).content == client.get(absent).content
        assert (
            client.post(reverse("library-retire", args=[row.public_id]), {"reason": "x"}).status_code == 404
        )
        assert row.title not in said(client.get(reverse("library")))

    def test_only_administrators_come_in(self, clinician: User, site: Site) -> None:
        client = signed_in(clinician)
        for address in (NEW, TRY, PUBLISH, reverse("library")):
            assert client.post(address, text(site)).status_code in (403, 405)
        assert not SiteInstrument.objects.exists()

    def test_who_governs_every_site_chooses_one(self, site: Site, south: Site) -> None:
        client = signed_in(person("Alma All", Role.ADMINISTRATOR))
        assert client.post(PUBLISH, text(south)).status_code == 302
        assert SiteInstrument.objects.get().site == south
