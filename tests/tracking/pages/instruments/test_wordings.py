"""The administrator's pages about wording: upload, preview, install, withdraw."""

from __future__ import annotations

import html
import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from measures import registry
from measures.wording.templates import template_csv
from tests.cast import CRISIS, person
from tests.markup import said
from tests.tracking.packs import as_csv, installed
from tests.tracking.pages.doors import assert_unseen, signed_in
from tracking.actions import care
from tracking.models import AuditEvent, Patient, Site, User, WordingPack
from tracking.queries.wordings import on_paper
from tracking.vocabulary import Role

LIST = reverse("wordings")
NEW = reverse("wording-new", args=["wai_sr"])


@pytest.fixture
def office(administrator: User) -> Client:
    return signed_in(administrator)


def unescaped(response: HttpResponse) -> str:
    return html.unescape(said(response))


def upload(client: Client, site: Site, content: str | bytes, name: str = "pack.csv", **more: str):
    raw = content.encode() if isinstance(content, str) else content
    file = SimpleUploadedFile(name, raw, content_type="text/csv")
    return client.post(
        NEW, {"site": site.pk, "file": file, "kind": "csv", "step": "check", "text": ""} | more
    )


def paste(client: Client, site: Site, text: str, kind: str = "csv", step: str = "check"):
    return client.post(NEW, {"site": site.pk, "text": text, "kind": kind, "step": step})


def hidden_text(response: HttpResponse) -> str:
    """What a browser would send again from the preview."""
    found = re.search(
        r'<textarea name="text" hidden>\n?(.*?)</textarea>', response.content.decode(), re.DOTALL
    )
    return html.unescape(found[1])


class TestUpload:
    def test_checked_shown_and_then_installed(self, office: Client, site: Site) -> None:
        page = upload(office, site, "\ufeff" + as_csv("wai_sr", "de", "Wort: "))
        assert page.status_code == 200
        words = unescaped(page)
        assert "Nothing is installed yet" in words and "12 questions in German" in words
        assert "Wort: Question 12" in words and "Wort: Answer 5" in words
        assert 'lang="de"' in page.content.decode()
        assert not WordingPack.objects.exists()
        done = paste(office, site, hidden_text(page), step="install")
        pack = WordingPack.objects.get()
        assert done.headers["Location"] == reverse("wording", args=[pack.public_id])
        assert (pack.label, pack.site, pack.content["items"]["3"]["label"]) == (
            "de/invented/1",
            site,
            "Wort: Question 3",
        )

    def test_toml_goes_by_the_name_of_the_file(self, office: Client, site: Site) -> None:
        page = upload(office, site, "language = ", "pack.TOML")
        assert page.status_code == 400 and "(file) : is not TOML" in unescaped(page)

    def test_every_problem_is_listed_with_its_place(self, office: Client, site: Site) -> None:
        text = as_csv("wai_sr").replace("Question 2,", ",").replace("Answer 5,", "=1+1,") + "99,,What?,\r\n"
        page = paste(office, site, text)
        words = unescaped(page)
        assert page.status_code == 400
        assert "3 things do not fit" in words
        assert "item 2 : has no words" in words and "99" in words and "formula" in words
        assert re.search(r"line \d+ : is not an item of wai_sr: 99", words)
        assert not WordingPack.objects.exists()

    @pytest.mark.parametrize(
        ("content", "name", "reason"),
        [
            (as_csv("wai_sr").encode("utf-16"), "pack.csv", "is not UTF-8"),
            ("item,answer,text\n1,,Gesprächsführung".encode("latin-1"), "pack.csv", "is not UTF-8"),
            (b"x" * 10_000_000, "pack.csv", "larger than 1024 kB"),
            (b"PK\x03\x04", "pack.xlsx", "must end in .csv or .toml"),
            (b"item,answer,text\n\x00,,x", "pack.csv", "is not an item"),
            (b'item,answer,text\n1,,"open', "pack.csv", "cannot be read as a table"),
            (b"<script>alert(1)</script>", "pack.csv", "names of the columns"),
            (b"", "pack.csv", "empty"),
        ],
    )
    def test_a_hostile_file_is_refused(self, office: Client, site: Site, content, name, reason) -> None:
        page = upload(office, site, content, name)
        assert page.status_code == 400
        assert reason in unescaped(page)
        assert b"<script>alert" not in page.content
        assert not WordingPack.objects.exists()

    def test_a_key_of_a_hundred_thousand_parts_is_not_even_parsed(self, office: Client, site: Site) -> None:
        page = paste(office, site, "a" + ".a" * 100_000 + ' = "x"', kind="toml")
        assert page.status_code == 400 and "line 1 : has more dots" in unescaped(page)

    def test_a_huge_paste_is_refused_before_it_is_read(self, office: Client, site: Site) -> None:
        assert paste(office, site, "x" * 10_000_000).status_code == 400
        assert not WordingPack.objects.exists()

    def test_words_are_text_and_never_markup(self, office: Client, site: Site) -> None:
        page = paste(office, site, as_csv("wai_sr").replace("Question 7", "<b onclick=x>7</b>"))
        assert page.status_code == 200
        assert b"<b onclick" not in page.content and b"&lt;b onclick" in page.content

    @pytest.mark.parametrize("more", [{}, {"file": "both"}])
    def test_a_file_or_a_text_not_neither_nor_both(self, office: Client, site: Site, more: dict) -> None:
        file = SimpleUploadedFile("pack.csv", as_csv("wai_sr").encode())
        given = {"file": file, "text": as_csv("wai_sr")} if more else {"text": " "}
        page = office.post(NEW, {"site": site.pk, "kind": "csv", "step": "install"} | given)
        assert page.status_code == 400 and "one of the two" in unescaped(page)
        assert not WordingPack.objects.exists()

    def test_pressing_install_twice_is_said(self, office: Client, site: Site) -> None:
        paste(office, site, as_csv("wai_sr"), step="install")
        again = paste(office, site, as_csv("wai_sr"), step="install")
        assert again.status_code == 400 and "already installed, as revision 1" in unescaped(again)
        assert WordingPack.objects.count() == 1

    def test_another_site_cannot_be_chosen(self, office: Client) -> None:
        other = care.create_site(by=None, key="south", name="South", crisis_contacts=CRISIS)
        assert paste(office, other, as_csv("wai_sr"), step="install").status_code == 400
        assert not WordingPack.objects.exists()

    @pytest.mark.parametrize("instrument", ["bdi2", "nothing"])
    def test_there_is_nothing_to_word(self, office: Client, instrument: str) -> None:
        for name, more in (("wording-new", []), ("wording-template", ["csv"])):
            assert office.get(reverse(name, args=[instrument, *more])).status_code == 404


class TestFiles:
    @pytest.mark.parametrize(
        ("kind", "first"), [("csv", "\ufeffitem,answer,text,note"), ("toml", "instrument")]
    )
    def test_the_empty_pack(self, office: Client, kind: str, first: str) -> None:
        response = office.get(reverse("wording-template", args=["wai_sr", kind]))
        assert response.content.decode().startswith(first)
        assert response.headers["Content-Disposition"] == f'attachment; filename="wai_sr-1.{kind}"'

    def test_a_pack_comes_back_and_can_be_installed_changed(self, office: Client, site: Site) -> None:
        pack = installed(site, "wai_sr")
        text = office.get(reverse("wording-file", args=[pack.public_id, "csv"])).content.decode()
        assert text == as_csv("wai_sr")
        paste(office, site, text.replace("Question 1,", "Another question,"), step="install")
        assert WordingPack.objects.get(revision=2).content["items"]["1"]["label"] == "Another question"

    def test_other_kinds_are_not_there(self, office: Client) -> None:
        assert office.get(reverse("wording-template", args=["wai_sr", "xlsx"])).status_code == 404


class TestPages:
    def test_the_list_says_what_is_missing_and_what_became_of_each(
        self, office: Client, site: Site, administrator: User
    ) -> None:
        assert (
            "WAI-SR" in unescaped(office.get(LIST)).split("Asked on paper")[1].split("Install words for")[0]
        )
        old, new = installed(site, "wai_sr"), installed(site, "wai_sr", mark="new ")
        withdrawn = installed(site, "wai_sr", language="de")
        office.post(reverse("wording-withdraw", args=[withdrawn.public_id]), {"reason": "Not ours"})
        page, rest = unescaped(office.get(LIST)).split("Asked on paper", 1)
        assert "WAI-SR " not in rest.split("Install words for")[0]
        states = re.findall(r"revision (\d) .*?(in use|replaced|withdrawn)", page)
        assert states == [("1", "withdrawn"), (str(new.revision), "in use"), (str(old.revision), "replaced")]

    def test_with_every_pack_installed_everything_is_asked_on_screen(
        self, office: Client, site: Site
    ) -> None:
        before = on_paper([site])
        assert before and "Everything can be asked on screen" not in unescaped(office.get(LIST))
        for instrument, _ in before:
            installed(site, instrument.key)
        assert "Everything can be asked on screen" in unescaped(office.get(LIST))

    def test_without_a_site_nothing_can_be_asked_anywhere(self, db: None) -> None:
        words = unescaped(signed_in(person("Ada Everywhere", Role.ADMINISTRATOR)).get(LIST))
        assert "No site yet" in words and "Everything can be asked" not in words

    def test_each_question_has_its_help_and_says_what_is_written_in(self, office: Client, site: Site) -> None:
        guess, sheehan = (
            installed(site, key, help_text="Just as you feel.") for key in ("treatment_guess", "sds")
        )
        words = unescaped(office.get(reverse("wording", args=[guess.public_id])))
        assert "led_by Question led_by Just as you feel. free text What led you to this?" in words
        words = unescaped(office.get(reverse("wording", args=[sheehan.public_id])))
        assert "days_lost Question days_lost Just as you feel. a number Days of the past week" in words

    def test_withdrawing_takes_a_reason(self, office: Client, site: Site, administrator: User) -> None:
        pack = installed(site, "wai_sr", by=administrator)
        url = reverse("wording-withdraw", args=[pack.public_id])
        assert office.post(url, {"reason": ""}).status_code == 400
        assert office.post(url, {"reason": "The licence has ended."}).status_code == 302
        page = unescaped(office.get(reverse("wording", args=[pack.public_id])))
        assert "The licence has ended." in page and "Withdraw with a reason" not in page
        assert office.post(url, {"reason": "Again"}).status_code == 409

    def test_a_pack_of_an_instrument_that_is_gone_is_not_there(self, office: Client, site: Site) -> None:
        pack = installed(site, "wai_sr")
        pack.pk, pack.instrument, pack.public_id = None, "was_once", uuid.uuid4()
        pack.save()
        for name, more in (("wording", []), ("wording-file", ["csv"])):
            assert office.get(reverse(name, args=[pack.public_id, *more])).status_code == 404

    def test_a_pack_of_another_site_is_not_there(self, administrator: User) -> None:
        other = care.create_site(by=None, key="south", name="South", crisis_contacts=CRISIS)
        pack = installed(other, "wai_sr")
        for name in ("wording", "wording-withdraw"):
            url = reverse(name, args=[pack.public_id])
            assert_unseen(administrator, url, pack.public_id, {"reason": "x"})
        assert (
            signed_in(administrator).get(reverse("wording-file", args=[pack.public_id, "csv"])).status_code
            == 404
        )
        assert not hasattr(WordingPack.objects.get(), "withdrawal")

    def test_who_administers_no_site_sees_none(self, clinician: User, patient_user: User) -> None:
        for user in (clinician, patient_user):
            assert signed_in(user).get(LIST).status_code == 403
            assert signed_in(user).post(NEW, {}).status_code == 403


class TestLanguages:
    def test_of_a_site(self, office: Client, site: Site) -> None:
        url = reverse("site-asking", args=[site.key])
        assert "German" in unescaped(office.get(url))
        assert office.post(url, {"language": "klingon"}).status_code == 400
        assert office.post(url, {"language": "de"}).status_code == 302
        site.refresh_from_db()
        assert site.language == "de"
        assert AuditEvent.objects.get(action="change_site_language").details["language"] == "de"
        assert "North Clinic: German" in unescaped(office.get(LIST))

    def test_whether_the_next_question_comes_by_itself(self, office: Client, site: Site) -> None:
        url = reverse("site-asking", args=[site.key])
        assert "comes by itself" in said(office.get(LIST))
        assert office.post(url, {"language": site.language}).status_code == 302
        site.refresh_from_db()
        assert not site.tap_advances and "comes by itself" not in said(office.get(LIST))
        assert [event.action for event in AuditEvent.objects.filter(action__startswith="change_site")] == [
            "change_site_tap"
        ]

    def test_of_a_site_of_somebody_else(self, site: Site) -> None:
        other = care.create_site(by=None, key="south", name="South", crisis_contacts=CRISIS)
        stranger = signed_in(person("Sue Stranger", Role.ADMINISTRATOR, site=other))
        assert stranger.post(reverse("site-asking", args=[site.key]), {"language": "de"}).status_code == 404

    def test_of_a_patient(self, clinician: User, outsider: User, patient: Patient) -> None:
        url = reverse("patient-identity", args=[patient.public_id])
        form = signed_in(clinician).get(url).context["form"]
        data = {name: value or "" for name, value in form.initial.items()} | {"language": "de"}
        assert signed_in(outsider).post(url, data).status_code == 404
        assert signed_in(clinician).post(url, data | {"language": "xx"}).status_code == 400
        assert signed_in(clinician).post(url, data).status_code == 302
        patient.refresh_from_db()
        assert patient.language == "de"
        event = AuditEvent.objects.get(action="change_language")
        assert (event.patient, event.details) == (patient.public_id, {"language": "de", "before": ""})
        signed_in(clinician).post(url, data)
        assert AuditEvent.objects.filter(action="change_language").count() == 1


def test_the_template_is_that_of_the_instrument(administrator: User) -> None:
    response = signed_in(administrator).get(reverse("wording-template", args=["phq9", "csv"]))
    assert response.content.decode() == template_csv(registry.get("phq9"))
