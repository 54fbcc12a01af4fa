"""A site's own instruments: published for good, asked at that site alone, retired with a reason."""

from __future__ import annotations

import hashlib

import pytest

from measures.errors import UnknownInstrument
from tests.cast import days_ago, person
from tests.tracking.definitions import CHECK_IN, PHQ4, SCORE_ONLY, published, second
from tests.tracking.own_answers import checked_in
from tracking.actions import scheduling
from tracking.actions.library import publish_instrument, retire_instrument
from tracking.errors import Conflict, InvalidInput, NotPermitted
from tracking.models import (
    AuditEvent,
    EpisodeMark,
    InstrumentRetirement,
    Site,
    SiteInstrument,
    StudyMark,
    TreatmentEpisode,
    User,
)
from tracking.queries.requests import instruments_to_ask, totals_to_record
from tracking.rules.policies.instruments import instrument_of, offered, offered_instrument
from tracking.vocabulary import Role

pytestmark = pytest.mark.django_db


class TestPublish:
    def test_it_is_stored_as_it_was_checked_with_its_digest(self, site: Site, administrator: User) -> None:
        row = published(site, by=administrator)
        assert (row.site, row.key, row.version, row.published_by) == (site, "check_in", "1", administrator)
        assert row.sha256 == hashlib.sha256(row.definition.encode()).hexdigest()
        event = AuditEvent.objects.get(action="publish_instrument")
        assert (event.actor, event.object_id) == (administrator.public_id, row.public_id)
        assert event.details == {"site": "north", "key": "check_in", "version": "1", "sha256": row.sha256}

    def test_what_is_refused_leaves_nothing(self, site: Site, administrator: User) -> None:
        events = AuditEvent.objects.count()
        with pytest.raises(InvalidInput, match=r"own.toml: items\[2\].label: is missing") as refused:
            published(site, CHECK_IN.replace('label = "I have been afraid"', ""), by=administrator)
        assert refused.value.field == "definition"
        assert not SiteInstrument.objects.exists()
        assert AuditEvent.objects.count() == events

    def test_a_text_that_came_without_a_file_is_called_the_definition(self, site: Site) -> None:
        with pytest.raises(InvalidInput, match=r"^definition: definition: "):
            publish_instrument(by=None, site=site, definition="what is this?")

    def test_a_version_is_published_once(self, site: Site) -> None:
        published(site)
        with pytest.raises(Conflict, match="a change is a new version"):
            published(site, CHECK_IN.replace("I have been afraid", "I was afraid"))
        assert SiteInstrument.objects.get().definition == CHECK_IN.strip("\n") + "\n"

    def test_a_key_belongs_to_one_site(self, site: Site, south: Site) -> None:
        published(site)
        with pytest.raises(InvalidInput, match="belongs to another site"):
            published(south, second())

    def test_a_key_that_ships_is_not_for_a_site(self, site: Site) -> None:
        with pytest.raises(InvalidInput, match="ships with Throughline"):
            published(site, CHECK_IN.replace('"check_in"', '"phq9"'))

    def test_only_administrators_of_the_site_publish(
        self, site: Site, south: Site, administrator: User, clinician: User
    ) -> None:
        southern = person("Sol Southern", Role.ADMINISTRATOR, site=south)
        for user in (clinician, southern):
            with pytest.raises(NotPermitted):
                published(site, by=user)
        published(south, by=southern)
        assert SiteInstrument.objects.count() == 1

    def test_a_new_version_is_judged_by_its_own_rules_and_asks_for_the_courses_again(
        self, site: Site, episode: TreatmentEpisode
    ) -> None:
        published(site)
        assert checked_in(episode).assessment.scores.get().band == "low"
        marks = (
            EpisodeMark.objects.get(episode=episode),
            StudyMark.objects.filter(study=episode.study).first(),
        )
        published(site, second())
        assert EpisodeMark.objects.get(episode=episode).wanted_rev == marks[0].wanted_rev + 1
        assert StudyMark.objects.get(study=episode.study).wanted_rev > (
            marks[1].wanted_rev if marks[1] else 0
        )
        assert instrument_of("check_in").version == "2"
        assert instrument_of("check_in", "1").item("calm").label == "I have felt calm"


class TestOffered:
    def test_at_its_own_site_alone(self, site: Site, south: Site, episode: TreatmentEpisode) -> None:
        published(site)
        published(site, SCORE_ONLY)
        assert "check_in" in [one.key for one in instruments_to_ask(episode)]
        assert "pain_diary" in [one.key for one in totals_to_record(episode)]
        assert "pain_diary" not in [one.key for one in instruments_to_ask(episode)]
        assert {one.key for one in offered(site)} - {one.key for one in offered(south)} == {
            "check_in",
            "pain_diary",
        }
        with pytest.raises(UnknownInstrument):
            offered_instrument("check_in", south)

    def test_the_latest_version_is_asked_for(
        self, site: Site, episode: TreatmentEpisode, clinician: User
    ) -> None:
        published(site)
        published(site, second())
        asked = scheduling.create_request(
            by=clinician, episode=episode, instrument="check_in", due_on=days_ago(0)
        )
        assert asked.version == "2"

    @pytest.mark.parametrize("key", ["pain_diary", "phq4", "nothing"])
    def test_what_has_no_items_or_is_not_here_cannot_be_asked(
        self, site: Site, south: Site, episode: TreatmentEpisode, clinician: User, key: str
    ) -> None:
        published(site, SCORE_ONLY)
        published(south, PHQ4)
        with pytest.raises(InvalidInput) as refused:
            scheduling.create_request(by=clinician, episode=episode, instrument=key, due_on=days_ago(0))
        assert refused.value.field == "instrument"

    def test_each_is_read_once_in_a_process(self, site: Site, django_assert_num_queries: object) -> None:
        published(site)
        offered(site)
        with django_assert_num_queries(1):
            offered(site)


class TestRetire:
    def test_it_is_asked_no_more_and_stays_readable(
        self, site: Site, administrator: User, episode: TreatmentEpisode, clinician: User
    ) -> None:
        row = published(site)
        recorded = checked_in(episode).assessment
        asked = scheduling.create_request(
            by=clinician, episode=episode, instrument="check_in", due_on=days_ago(0)
        )
        retire_instrument(by=administrator, instrument=row, reason=" A typing error in item 2. ")
        assert InstrumentRetirement.objects.get(instrument=row).reason == "A typing error in item 2."
        assert AuditEvent.objects.filter(action="retire_instrument", object_id=row.public_id).exists()
        assert "check_in" not in [one.key for one in offered(site)]
        assert (
            instrument_of("check_in").version == instrument_of(recorded.instrument, recorded.version).version
        )
        assert asked.version == "1"
        with pytest.raises(InvalidInput):
            scheduling.create_request(
                by=clinician, episode=episode, instrument="check_in", due_on=days_ago(0)
            )

    def test_the_version_before_takes_its_place(self, site: Site, administrator: User) -> None:
        published(site)
        retire_instrument(by=administrator, instrument=published(site, second()), reason="Wrong bands")
        assert offered_instrument("check_in", site).version == "1"
        assert instrument_of("check_in").version == "1"

    def test_it_needs_a_reason_and_happens_once(self, site: Site, administrator: User) -> None:
        row = published(site)
        for reason in (" ", "x" * 1001):
            with pytest.raises(InvalidInput):
                retire_instrument(by=administrator, instrument=row, reason=reason)
        retire_instrument(by=administrator, instrument=row, reason="Wrong")
        with pytest.raises(Conflict):
            retire_instrument(by=administrator, instrument=row, reason="Wrong")

    def test_another_site_retires_nothing(self, site: Site, south: Site) -> None:
        southern = person("Sol Southern", Role.ADMINISTRATOR, site=south)
        with pytest.raises(NotPermitted):
            retire_instrument(by=southern, instrument=published(site), reason="No")
        assert not InstrumentRetirement.objects.exists()


def test_a_publication_by_nobody_is_of_the_command_line(site: Site) -> None:
    row = publish_instrument(by=None, site=site, definition=PHQ4.encode())
    assert row.published_by is None
