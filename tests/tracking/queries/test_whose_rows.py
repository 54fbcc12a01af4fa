"""Queries about people, teams and raters: each finds the rows of the one that is meant, and those of today."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from tests.cast import CRISIS, days_ago, person, server_days_ago
from tests.reports.clinic import another_episode
from tests.tracking.answers import HAMD, PHQ9, recorded
from tests.tracking.blinded import available, blinded, held_session, lead, rated
from tests.tracking.definitions import CHECK_IN, PHQ4, published
from tests.tracking.dosing import check
from tests.tracking.packs import installed
from tests.tracking.treated import dosed
from tracking.actions import (
    assessments,
    availability,
    care,
    links,
    people,
    rating,
    scheduling,
    treatment,
    unblinding,
)
from tracking.actions.wordings import withdraw_wording
from tracking.models import (
    CareTeam,
    DeclaredScale,
    Membership,
    RoleGrant,
    Site,
    SiteInstrument,
    Study,
    TreatmentEpisode,
    TreatmentSession,
    User,
)
from tracking.queries.acute import standing_doses
from tracking.queries.administration import administered_grants, administered_people, administered_teams
from tracking.queries.assessments import own_self_reports
from tracking.queries.catalogue import entry_of, sites_of
from tracking.queries.dosing import dosing_number
from tracking.queries.events import events_of
from tracking.queries.library import open_requests
from tracking.queries.own import own_contacts, own_open_requests
from tracking.queries.people import own_teams
from tracking.queries.raters import availabilities, blind_raters, loads
from tracking.queries.requests import ratings_due
from tracking.queries.self_reports import ADHERENCE, reports_of
from tracking.queries.setting import sites_of as sites_of_work
from tracking.queries.sittings import ended_link, ending
from tracking.queries.treatment import dosing_sessions, team_members
from tracking.rules.policies.days import local_today
from tracking.rules.policies.instruments import declared_scales
from tracking.rules.policies.rating import deciders, therapists
from tracking.rules.policies.treatment import washouts_unanswered
from tracking.vocabulary import AnswerSource, Role

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
BDI = {
    "key": "bdi",
    "version": "score-only",
    "title": "Beck",
    "short_title": "BDI",
    "rater": "self",
    "recall": "the past week",
    "rights": {"holder": "The publisher", "terms": "Totals only", "wording": "score-only"},
    "sources": [{"source": "A paper", "confidence": "high"}],
    "scales": [
        {"key": "total", "title": "Total", "rule": "sum", "range": [0, 63], "direction": "higher_is_worse"},
    ],
}


@pytest.fixture
def beside(team_a: CareTeam, clinician: User) -> TreatmentEpisode:
    """Another patient of the same team."""
    return another_episode(team_a, clinician)


@pytest.fixture
def left(clinician: User, team_b: CareTeam) -> CareTeam:
    """A team, of another site, to which the clinician belonged until yesterday."""
    care.add_member(by=None, team=team_b, user=clinician, starts_on=server_days_ago(90))
    row = Membership.objects.get(team=team_b, user=clinician)
    care.end_membership(by=None, membership=row, ends_on=server_days_ago(1))
    return team_b


def session(episode: TreatmentEpisode, by: User, days: int, kind: str = "dosing") -> TreatmentSession:
    starts_at = timezone.now() - timedelta(days=days)
    return treatment.record_session(by=by, episode=episode, kind=kind, starts_at=starts_at)


class TestTeams:
    def test_who_has_left_is_in_the_team_no_more(
        self, clinician: User, left: CareTeam, team_a: CareTeam, outsider: User, administrator: User
    ) -> None:
        assert list(own_teams(clinician)) == [team_a]
        assert list(team_members(left)) == [outsider]
        members = {team: [row.user for row in team.members] for team in administered_teams(administrator)}
        assert (members[team_a], members[left]) == ([clinician], [outsider])
        shown = {one: [row.team for row in one.teams_now] for one in administered_people(administrator)}
        assert shown[clinician] == [team_a]

    def test_a_site_is_one_of_work_as_long_as_one_is_in_a_team_there(
        self, clinician: User, site: Site, south: Site
    ) -> None:
        team = care.create_team(by=None, site=south, name="Team S")
        care.add_member(by=None, team=team, user=clinician, starts_on=server_days_ago(90))
        grant = RoleGrant.objects.get(user=clinician)
        RoleGrant.objects.filter(pk=grant.pk).update(site=site)
        assert set(sites_of_work(clinician)) == set(sites_of(clinician)) == {site, south}
        row = Membership.objects.get(team=team)
        care.end_membership(by=None, membership=row, ends_on=server_days_ago(1))
        assert set(sites_of_work(clinician)) == set(sites_of(clinician)) == {site}

    def test_an_administrator_sees_the_roles_of_today_at_the_own_sites(
        self, administrator: User, site: Site, south: Site, clinician: User
    ) -> None:
        here, there, ended = (
            people.grant_role(by=None, user=clinician, role=role, site=place, starts_on=server_days_ago(9))
            for role, place in (("rater", site), ("steward", south), ("researcher", site))
        )
        people.end_role(by=None, grant=ended, ends_on=server_days_ago(1))
        everywhere = RoleGrant.objects.get(user=clinician, site=None)
        assert set(administered_grants(administrator).filter(user=clinician)) == {here, ended, everywhere}
        shown = {one: set(one.roles_now) for one in administered_people(administrator)}
        assert shown[clinician] == {here, everywhere}
        assert there in administered_grants(person("Sam South", Role.ADMINISTRATOR, site=south))


class TestWhoIsBoth:
    """A clinician who is a patient as well, of a team that the clinician belongs to."""

    @pytest.fixture
    def both(self, episode: TreatmentEpisode, clinician: User) -> User:
        """Accounts are linked by somebody else."""
        people.link_account(by=lead(episode, "Lena Lead"), patient=episode.patient, user=clinician)
        return clinician

    def test_the_own_questionnaires_are_the_own(
        self, both: User, episode: TreatmentEpisode, beside: TreatmentEpisode
    ) -> None:
        asked = [
            scheduling.create_request(by=both, episode=each, instrument="phq9", due_on=days_ago(0))
            for each in (episode, beside)
        ]
        assert own_open_requests(both, "en-gb") == asked[:1]

    def test_the_own_reports_are_what_one_has_answered(
        self, both: User, episode: TreatmentEpisode, beside: TreatmentEpisode
    ) -> None:
        own = recorded(episode, None, "phq9", PHQ9).assessment
        recorded(episode, both, "hamd17", HAMD)
        recorded(beside, None, "phq9", PHQ9)
        assert list(own_self_reports(both)) == [own]

    def test_a_rating_is_due_for_whom_it_was_given_to(
        self, both: User, episode: TreatmentEpisode, beside: TreatmentEpisode
    ) -> None:
        people.grant_role(by=None, user=both, role="rater", starts_on=server_days_ago(9))
        days = {"instrument": "hamd17", "due_on": days_ago(0)}
        given = scheduling.create_request(by=both, episode=beside, assigned_to=both, **days)
        scheduling.create_request(by=both, episode=episode, **days)
        assert ratings_due(both) == [given]

    def test_whom_to_call_is_said_by_the_own_site(self, episode: TreatmentEpisode, south: Site) -> None:
        lead = person("Lea South", Role.CLINICIAN)
        team = care.create_team(by=None, site=south, name="Team S")
        care.add_member(by=None, team=team, user=lead, starts_on=server_days_ago(90))
        Site.objects.filter(pk=south.pk).update(crisis_contacts=CRISIS.replace("0800 111 0 111", "0900 5"))
        theirs = another_episode(team, lead)
        user = people.create_user(by=lead, email="p@example.net", name="Pia South")
        people.link_account(by=lead, patient=theirs.patient, user=user)
        assert [contact.phone for contact in own_contacts(user)] == ["0900 5"]


class TestRaters:
    def test_what_counts_as_load_is_blind_of_this_week_and_not_cancelled(
        self, episode: TreatmentEpisode, beside: TreatmentEpisode, clinician: User
    ) -> None:
        rater, day = available("Rita Rater"), days_ago(0)
        open_one = scheduling.create_request(
            by=clinician, episode=episode, instrument="caps5", due_on=day, assigned_to=rater
        )
        assert not open_one.blinded
        later = blinded(beside, clinician, due_on=days_ago(-21))
        rating.assign_rater(by=None, request=later, rater=rater)
        assert [(one.taken, one.waiting) for one in loads([rater.pk], day)] == [(0, 1)]
        rated(blinded(episode, clinician), rater)
        assert [(one.taken, one.waiting) for one in loads([rater.pk], day)] == [(1, 1)]

    def test_what_is_over_and_what_another_offers_is_not_listed(self) -> None:
        rater, today = available("Rita Rater"), server_days_ago(0)
        available("Rolf Rater")
        row = availabilities(rater, today).get()
        availability.end_availability(by=rater, starts_on=row.starts_on)
        assert list(availabilities(rater, today)) == [row]
        assert list(availabilities(rater, today + DAY)) == []

    def test_who_rates_blind_here_and_does_not_know(
        self, episode: TreatmentEpisode, beside: TreatmentEpisode, clinician: User
    ) -> None:
        rita, rolf, rosa = (available(name) for name in ("Rita Rater", "Rolf Rater", "Rosa Rater"))
        rated(blinded(episode, clinician), rita)
        rated(blinded(episode, clinician, due_on=days_ago(1)), rolf)
        rated(blinded(beside, clinician), rosa)
        unblinding.ask_unblinding(by=rosa, episode=beside, rater=rosa, reason="Heard of it.")
        rated(blinded(beside, clinician, due_on=days_ago(1)), rita)
        unblinding.ask_unblinding(by=rita, episode=beside, rater=rita, reason="Heard of it.")
        assert list(blind_raters(episode)) == [rita, rolf]
        unblinding.ask_unblinding(by=rolf, episode=episode, rater=rolf, reason="Heard of it.")
        assert list(blind_raters(episode)) == [rita]
        assert list(blind_raters(beside)) == []


class TestTreatment:
    def test_doses_and_sessions_are_those_of_the_episode_that_stand(
        self, episode: TreatmentEpisode, beside: TreatmentEpisode, clinician: User
    ) -> None:
        first, second = (session(episode, clinician, days) for days in (20, 10))
        kept = dosed(clinician, first)
        dosed(clinician, second)
        dosed(clinician, session(beside, clinician, 15))
        treatment.void(by=clinician, record=second, reason="Another patient's.")
        days = [(row.session, row.day) for row in events_of(episode).dosings]
        assert days == [(first.pk, local_today(episode.patient) - timedelta(days=20))]
        assert list(standing_doses(TreatmentEpisode.objects.filter(pk=episode.pk))) == [kept]

    def test_a_dosing_session_is_counted_among_those_that_took_place_before_it(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        session(episode, clinician, 30, kind="preparation")
        missed = treatment.record_session(
            by=clinician,
            episode=episode,
            kind="dosing",
            starts_at=timezone.now() - timedelta(days=25),
            attendance="missed",
        )
        first, second = (session(episode, clinician, days) for days in (20, 10))
        assert [dosing_number(one) for one in (first, second)] == [1, 2]
        assert list(dosing_sessions(episode)) == [second, first]
        assert missed not in dosing_sessions(episode)

    def test_a_condition_is_met_by_the_own_answers(
        self, episode: TreatmentEpisode, team_a: CareTeam, clinician: User
    ) -> None:
        own, theirs = (
            another_episode(team_a, clinician, protocol="propranolol-reactivation", arm="propranolol")
            for _ in "12"
        )
        asked = scheduling.create_request(
            by=clinician, episode=theirs, instrument="phq9", due_on=days_ago(0), time_point="baseline"
        )
        assessments.submit_assessment(
            by=None, request=asked, answers=PHQ9, source=AnswerSource.SELF, assessed_on=days_ago(0)
        )
        assert events_of(own).answered == ()
        assert [(row.time_point, row.instrument) for row in events_of(theirs).answered] == [
            ("baseline", "phq9")
        ]

    def test_reports_beside_a_medication_are_those_of_the_episode(
        self, episode: TreatmentEpisode, beside: TreatmentEpisode, clinician: User
    ) -> None:
        for each in (episode, beside):
            recorded(each, None, "gad7", {str(item): 1 for item in range(1, 8)})
        assert len(reports_of(episode, "gad7").reports) == 1
        assert reports_of(episode, ADHERENCE).reports == ()


class TestInstruments:
    def test_what_waits_for_a_version_is_open_and_of_that_version(
        self, site: Site, episode: TreatmentEpisode, clinician: User
    ) -> None:
        row = published(site, PHQ4)
        answered, waiting = (
            scheduling.create_request(by=clinician, episode=episode, instrument="phq4", due_on=days_ago(day))
            for day in (-30, 0)
        )
        scheduling.create_request(by=clinician, episode=episode, instrument="phq9", due_on=days_ago(0))
        assert open_requests(row) == 2
        scheduling.cancel_request(by=clinician, request=answered, reason="mistake")
        assert open_requests(row) == 1 and waiting.version == row.version

    def test_an_entry_is_that_of_its_key_with_the_words_that_are_in_use(
        self, site: Site, south: Site, administrator: User
    ) -> None:
        published(site, CHECK_IN)
        published(site, PHQ4)
        rows = SiteInstrument.objects.order_by("pk")
        for key in rows.values_list("key", flat=True):
            assert entry_of(administrator, key, None).instrument.key == key
        packs = [installed(site, "phq9", language=language) for language in ("de", "fr")]
        installed(south, "phq9", language="es")
        assert entry_of(administrator, "phq9", None).languages == ("de", "fr")
        withdraw_wording(by=administrator, pack=packs[1], reason="The licence has ended.")
        assert entry_of(administrator, "phq9", None).languages == ("de",)


class TestRules:
    def test_who_was_in_the_room_is_who_was_in_a_session_of_the_episode_that_stands(
        self, episode: TreatmentEpisode, beside: TreatmentEpisode, clinician: User
    ) -> None:
        held_session(episode, clinician, clinician)
        there, taken_back = lead(episode, "Thea Therapist"), lead(episode, "Tom Therapist")
        held_session(beside, clinician, there)
        mistaken = held_session(episode, clinician, taken_back, days=3)
        assert therapists(episode) == {clinician.pk, taken_back.pk}
        treatment.void(by=clinician, record=mistaken, reason="Another patient's.")
        assert therapists(episode) == {clinician.pk}

    def test_a_lead_of_the_own_team_decides_where_there_is_one(
        self, episode: TreatmentEpisode, clinician: User, outsider: User
    ) -> None:
        rater = available("Rita Rater")
        rated(blinded(episode, clinician), rater)
        member = lead(episode, "Mia Member", is_lead=False)
        asked = unblinding.ask_unblinding(by=rater, episode=episode, rater=rater, reason="Heard of it.")
        assert list(deciders(asked)) == [clinician]
        own = Membership.objects.get(user=clinician)
        care.end_membership(by=None, membership=own, ends_on=server_days_ago(1))
        assert list(deciders(asked)) == [member]

    def test_a_check_that_is_met_answers_for_no_washout(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        held = session(episode, clinician, 1)
        states = [SimpleNamespace(verdict=verdict) for verdict in ("not satisfied", "unknown", "satisfied")]
        assert washouts_unanswered(held, states) == tuple(states[:2])
        check(clinician, held, "washout", met=True, text="As far as is known.")
        assert washouts_unanswered(held, states) == (states[0],)
        check(clinician, held, "washout", met=False, text="Agreed with the physician.")
        assert washouts_unanswered(held, states) == ()

    def test_what_a_study_has_declared_is_for_that_study(self, study: Study, site: Site) -> None:
        other = care.create_study(
            by=None, key="other", title="Other", outcome_instrument="hamd17", endpoint="week 4", site=site
        )
        for each, title in ((study, "Beck"), (other, "Hers")):
            DeclaredScale.objects.create(study=each, key="bdi", definition=BDI | {"title": title})
        assert [one.title for one in declared_scales(study)] == ["Beck"]
        assert declared_scales(None) == []


class TestLinks:
    def test_what_became_of_a_link_is_told_of_its_own(
        self, episode: TreatmentEpisode, beside: TreatmentEpisode, clinician: User
    ) -> None:
        tokens = {}
        for each, later in ((beside, 5), (episode, 9)):
            asked = scheduling.create_request(
                by=clinician, episode=each, instrument="phq9", due_on=days_ago(0)
            )
            scheduling.create_request(by=clinician, episode=each, instrument="gad7", due_on=days_ago(-later))
            link, token = links.issue_link(by=clinician, episode=each, requests=[asked])
            scheduling.cancel_request(by=clinician, request=asked, reason="mistake")
            tokens[token] = (link, days_ago(-later))
        for token, (link, later_on) in tokens.items():
            assert ended_link(token) == link
            assert ending(link).next_on == later_on
