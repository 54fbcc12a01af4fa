"""Which words somebody is shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from measures import registry
from measures.instrument import Instrument
from tests.cast import CRISIS, days_ago
from tests.tracking.packs import installed
from tracking.actions import care, scheduling
from tracking.actions.wordings import withdraw_wording
from tracking.errors import Conflict
from tracking.models import Assessment, DraftAnswers, Patient, Site, TreatmentEpisode, User, WordingPack
from tracking.rules.policies.wordings import (
    Wordings,
    in_words_of,
    pack_named,
    pack_of_assessment,
    wording_for,
    wording_name,
)

PHQ9, HAMD, CAPS = registry.get("phq9"), registry.get("hamd17"), registry.get("caps5")
WAI = replace(registry.get("wai_sr"), rights=replace(registry.get("wai_sr").rights, wording="site"))


def speaks(patient: Patient, language: str, site_language: str = "en") -> Patient:
    Patient.objects.filter(pk=patient.pk).update(language=language)
    Site.objects.update(language=site_language)
    return Patient.objects.get(pk=patient.pk)


def shown(instrument: Instrument, patient: Patient) -> str:
    pack = wording_for(instrument, patient)
    return pack.language if pack else "shipped"


class TestLanguage:
    @pytest.mark.parametrize(
        ("packs", "patient_language", "site_language", "expected"),
        [
            ([], "", "en", "shipped"),
            ([], "de", "de", "shipped"),
            (["de"], "de", "en", "de"),
            (["de"], "", "de", "de"),
            (["de"], "", "en", "shipped"),
            (["de"], "en", "de", "shipped"),  # the shipped words are English
            (["de"], "fr", "de", "de"),
            (["de"], "fr", "en", "shipped"),
            (["de", "en"], "", "en", "en"),
            (["de-CH"], "de", "en", "de-CH"),
            (["de"], "de-AT", "en", "de"),
            (["de-CH", "de"], "de-CH", "en", "de-CH"),
            (["zh-Hant"], "zh-Hans", "en", "shipped"),
        ],
    )
    def test_the_patients_then_the_sites_then_what_ships(
        self, patient: Patient, site: Site, packs, patient_language, site_language, expected
    ) -> None:
        for language in packs:
            installed(site, "phq9", language=language)
        assert shown(PHQ9, speaks(patient, patient_language, site_language)) == expected

    def test_who_rates_reads_the_language_of_the_site(self, patient: Patient, site: Site) -> None:
        installed(site, "hamd17", language="de")
        assert shown(HAMD, speaks(patient, "de", "en")) == "shipped"
        assert shown(HAMD, speaks(patient, "fr", "de")) == "de"


class TestWhichPack:
    def test_the_newest_that_is_not_withdrawn(
        self, patient: Patient, site: Site, administrator: User
    ) -> None:
        first, second = (installed(site, "phq9", mark=mark) for mark in ("a ", "b "))
        assert wording_for(PHQ9, patient) == second
        withdraw_wording(by=administrator, pack=second, reason="A word was wrong")
        assert wording_for(PHQ9, patient) == first
        withdraw_wording(by=administrator, pack=first, reason="That one, too")
        assert wording_for(PHQ9, patient) is None

    def test_of_this_version_and_this_site_alone(self, patient: Patient, site: Site) -> None:
        other = care.create_site(by=None, key="south", name="South", crisis_contacts=CRISIS)
        installed(other, "phq9")
        installed(site, "phq9", language="de")
        assert wording_for(PHQ9, patient) is None
        assert wording_for(replace(PHQ9, version="2"), speaks(patient, "de")) is None

    def test_a_page_reads_them_once(self, patient: Patient, site: Site, django_assert_num_queries) -> None:
        installed(site, "phq9")
        wordings = Wordings()
        with django_assert_num_queries(1):
            found = [wordings.pack(one, site) for one in (PHQ9, HAMD, WAI)]
        assert [bool(pack) for pack in found] == [True, False, False]

    def test_the_words_stand_in_the_place_of_our_own(self, site: Site) -> None:
        pack = installed(site, "caps5", language="en", mark="* ")
        worded = in_words_of(pack, CAPS)
        assert worded.item("A").label == "* Question A"
        assert worded.scales == CAPS.scales
        assert in_words_of(None, CAPS) is CAPS


class TestOnScreen:
    @pytest.mark.parametrize(
        ("instrument", "rights", "expected"),
        [
            ("phq9", "verbatim", True),
            ("wai_sr", "site", False),
            ("wai_sr", "labels", False),
            ("hamd17", "site", True),  # whoever rates has the original at hand
            ("caps5", "labels", True),
        ],
    )
    def test_without_a_pack_the_rights_decide(self, site: Site, instrument, rights, expected) -> None:
        known = registry.get(instrument)
        known = replace(known, rights=replace(known.rights, wording=rights))
        assert Wordings().may_be_asked(known, site) is expected

    def test_a_pack_in_a_language_of_patient_or_site_opens_the_screen(self, site: Site) -> None:
        installed(site, "wai_sr", language="de")
        assert Wordings().may_be_asked(WAI, site, "de")
        assert not Wordings().may_be_asked(WAI, site, "fr")
        assert not Wordings().may_be_asked(WAI, site)

    def test_totals_cannot_be_asked_for(self, site: Site) -> None:
        assert not Wordings().may_be_asked(replace(PHQ9, items=()), site)

    def test_a_sitting_under_way_is_not_sent_back_to_paper(
        self, episode: TreatmentEpisode, site: Site, clinician: User, administrator: User
    ) -> None:
        pack = installed(site, "wai_sr")
        asked = [
            scheduling.create_request(
                by=clinician, episode=episode, instrument="wai_sr", due_on=due_on, closes_on=due_on
            )
            for due_on in (days_ago(0), days_ago(-1))
        ]
        DraftAnswers.objects.create(request=asked[0], answers={"1": 3})
        withdraw_wording(by=administrator, pack=pack, reason="The licence has ended")
        assert [Wordings().is_on_paper(one, WAI) for one in asked] == [False, True]


class TestNames:
    @pytest.mark.parametrize(
        ("rights", "name"), [("verbatim", "verbatim"), ("labels", "labels"), ("site", "labels")]
    )
    def test_without_a_pack_a_record_names_what_ships(self, rights: str, name: str) -> None:
        known = replace(PHQ9, rights=replace(PHQ9.rights, wording=rights))
        assert wording_name(known, None) == name

    def test_a_pack_is_named_so_that_it_fits(self) -> None:
        longest = WordingPack(language="zho-Hans-CN", name="x" * 20, revision=32767)
        assert len(wording_name(PHQ9, longest)) <= 40

    def test_a_sheet_names_the_pack_that_it_has_shown(
        self, patient: Patient, site: Site, south: Site
    ) -> None:
        mine, other = installed(site, "phq9", language="de"), installed(south, "phq9", language="de")
        assert pack_named(str(mine.public_id), PHQ9, patient) == mine
        assert pack_named("", PHQ9, patient) is None
        for wrong in (str(other.public_id), "de"):
            with pytest.raises(Conflict, match="out of date"):
                pack_named(wrong, PHQ9, patient)
        with pytest.raises(Conflict, match="out of date"):
            pack_named(str(mine.public_id), HAMD, patient)

    @pytest.mark.parametrize(
        "wording", ["verbatim", "imported", "en/invented/7", "en/other/1", "de/invented/1"]
    )
    def test_a_record_without_that_pack_has_none(self, episode, site: Site, wording: str) -> None:
        installed(site, "phq9")
        record = Assessment(episode=episode, instrument="phq9", version="1", wording=wording)
        assert pack_of_assessment(record) is None
        record.wording = "en/invented/1"
        assert pack_of_assessment(record).revision == 1
