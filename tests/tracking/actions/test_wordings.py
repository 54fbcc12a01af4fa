"""Installing and withdrawing the words of a site, and keeping those in which a sitting began."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from measures import registry
from measures.wording.templates import template_csv
from tests.cast import CRISIS, days_ago, person
from tests.tracking.definitions import published
from tests.tracking.packs import as_csv, installed, wording
from tracking.actions import care, links, scheduling, wordings
from tracking.actions.assessments import save_draft, submit_assessment
from tracking.errors import Conflict, InvalidInput, NotPermitted
from tracking.models import AssessmentRequest, AuditEvent, Site, TreatmentEpisode, User, WordingPack
from tracking.rules.policies.instruments import instrument_of
from tracking.vocabulary import AnswerSource, Role

WAI = registry.get("wai_sr")


def add(by: User | None, site: Site, text: str, kind: str = "csv") -> WordingPack:
    return wordings.add_wording(by=by, site=site, instrument=WAI, text=text, kind=kind)


class TestInstalling:
    def test_each_upload_is_the_next_revision_of_its_language(self, administrator: User, site: Site) -> None:
        packs = [
            add(administrator, site, as_csv("wai_sr", language, mark))
            for language, mark in (("en", ""), ("de", ""), ("en", "new "))
        ]
        assert [pack.label for pack in packs] == ["en/invented/1", "de/invented/1", "en/invented/2"]
        assert packs[2].content["items"]["1"]["label"] == "new Question 1"
        event = AuditEvent.objects.filter(action="add_wording").last()
        assert (event.actor, event.object_id, event.details["wording"]) == (
            administrator.public_id,
            packs[2].public_id,
            "en/invented/2",
        )

    def test_a_refused_pack_leaves_nothing(self, administrator: User, site: Site) -> None:
        with pytest.raises(InvalidInput, match="^text: line 2 must be wai_sr"):
            add(administrator, site, as_csv("wai_sr").replace("wai_sr", "phq9"))
        with pytest.raises(InvalidInput, match="is not TOML"):
            add(administrator, site, "language = ", "toml")
        assert not WordingPack.objects.exists()
        assert not AuditEvent.objects.filter(action="add_wording").exists()

    def test_not_for_an_instrument_of_another_site(self, site: Site) -> None:
        """Whoever governs both would tell the one what the other has published."""
        south = care.create_site(by=None, key="south", name="South", crisis_contacts=CRISIS)
        own = instrument_of(published(site).key)
        words = template_csv(own, wording(own))
        with pytest.raises(InvalidInput, match="has no such instrument"):
            wordings.add_wording(by=None, site=south, instrument=own, text=words, kind="csv")
        assert wordings.add_wording(by=None, site=site, instrument=own, text=words, kind="csv").site == site

    def test_the_same_words_twice_are_one_revision(self, administrator: User, site: Site) -> None:
        add(administrator, site, as_csv("wai_sr"))
        with pytest.raises(Conflict, match="revision 1"):
            add(administrator, site, as_csv("wai_sr"))
        assert WordingPack.objects.count() == 1

    def test_only_who_administers_the_site(self, administrator: User, clinician: User, site: Site) -> None:
        other = care.create_site(by=None, key="south", name="South", crisis_contacts=CRISIS)
        stranger = person("Sue Stranger", Role.ADMINISTRATOR, site=other)
        for somebody in (clinician, stranger):
            with pytest.raises(NotPermitted):
                add(somebody, site, as_csv("wai_sr"))
        assert not WordingPack.objects.exists()
        assert add(stranger, other, as_csv("wai_sr")).site == other


class TestWithdrawing:
    def test_it_takes_a_reason_and_happens_once(self, administrator: User, site: Site) -> None:
        pack = installed(site, "wai_sr", by=administrator)
        with pytest.raises(InvalidInput, match="reason"):
            wordings.withdraw_wording(by=administrator, pack=pack, reason="  ")
        wordings.withdraw_wording(by=administrator, pack=pack, reason="The licence has ended.")
        pack.refresh_from_db()
        assert (pack.withdrawal.by, pack.withdrawal.reason) == (administrator, "The licence has ended.")
        with pytest.raises(Conflict):
            wordings.withdraw_wording(by=administrator, pack=pack, reason="Again")
        assert AuditEvent.objects.filter(action="withdraw_wording").count() == 1

    def test_a_withdrawn_wording_may_come_back_as_a_new_revision(
        self, administrator: User, site: Site
    ) -> None:
        pack = installed(site, "wai_sr", by=administrator)
        wordings.withdraw_wording(by=administrator, pack=pack, reason="By mistake")
        assert installed(site, "wai_sr", by=administrator).revision == 2

    def test_only_who_administers_the_site(self, administrator: User, clinician: User, site: Site) -> None:
        pack = installed(site, "wai_sr", by=administrator)
        with pytest.raises(NotPermitted):
            wordings.withdraw_wording(by=clinician, pack=pack, reason="I do not like it")


class TestPinning:
    @pytest.fixture
    def asked(self, episode: TreatmentEpisode, clinician: User, site: Site) -> AssessmentRequest:
        installed(site, "wai_sr")
        return scheduling.create_request(
            by=clinician, episode=episode, instrument="wai_sr", due_on=days_ago(0)
        )

    def start(self, asked: AssessmentRequest, by: User) -> str:
        """Presses the button of a new link. What the request then shows."""
        link, _ = links.issue_link(by=by, episode=asked.episode, requests=[asked])
        links.open_link(link=link, now=timezone.now() + timedelta(seconds=1))
        fresh = AssessmentRequest.objects.get(pk=asked.pk)
        return fresh.wording_pack.label if fresh.wording_pack else "shipped"

    def test_an_unstarted_sitting_is_pinned_to_nothing(self, asked: AssessmentRequest) -> None:
        assert asked.wording_pack is None

    def test_the_next_start_takes_newer_words_until_something_is_answered(
        self, asked: AssessmentRequest, clinician: User, site: Site
    ) -> None:
        assert self.start(asked, clinician) == "en/invented/1"
        installed(site, "wai_sr", mark="new ")
        assert self.start(asked, clinician) == "en/invented/2"
        save_draft(request=asked, item="1", value=None)
        installed(site, "wai_sr", mark="newest ")
        assert self.start(asked, clinician) == "en/invented/2"

    @pytest.mark.parametrize(
        ("source", "label"), [("self", "en/invented/1"), ("clinician_entered", "en/invented/2")]
    )
    def test_a_record_names_the_words_of_whoever_answered(
        self, asked: AssessmentRequest, clinician: User, site: Site, source: str, label: str
    ) -> None:
        """A patient began, and then the staff enter a sheet in other words."""
        self.start(asked, clinician)
        other = installed(site, "wai_sr", mark="new ")
        stored = submit_assessment(
            by=clinician,
            request=AssessmentRequest.objects.get(pk=asked.pk),
            answers={str(n): 3 for n in range(1, 13)},
            source=AnswerSource(source),
            assessed_on=days_ago(0),
            wording=other,
        ).assessment
        assert stored.wording == label

    @pytest.mark.parametrize("is_sent", [False, True])
    def test_what_was_answered_a_moment_ago_keeps_its_words(
        self, asked: AssessmentRequest, clinician: User, site: Site, is_sent: bool
    ) -> None:
        """A second start has read the request before the answers of the first came."""
        assert self.start(asked, clinician) == "en/invented/1"
        as_read = AssessmentRequest.objects.select_related("draft").get(pk=asked.pk)
        save_draft(request=asked, item="1", value=None)
        if is_sent:
            submit_assessment(
                by=None,
                request=asked,
                answers={str(n): 3 for n in range(1, 13)},
                source=AnswerSource.SELF,
                assessed_on=days_ago(0),
            )
        installed(site, "wai_sr", mark="new ")
        wordings.pin_wording(request=as_read)
        assert AssessmentRequest.objects.get(pk=asked.pk).wording_pack.label == "en/invented/1"

    def test_shipped_words_are_kept_as_well(
        self, episode: TreatmentEpisode, clinician: User, site: Site
    ) -> None:
        asked = scheduling.create_request(
            by=clinician, episode=episode, instrument="phq9", due_on=days_ago(0)
        )
        assert self.start(asked, clinician) == "shipped"
        save_draft(request=asked, item="1", value=2)
        installed(site, "phq9")
        assert self.start(asked, clinician) == "shipped"
