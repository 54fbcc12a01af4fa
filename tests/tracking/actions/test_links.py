"""Links: a random token shown once, stored as a hash, for the patient's own open questionnaires."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from tests.cast import days_ago
from tests.tracking.answers import PHQ9
from tracking.actions import assessments, links, people, scheduling
from tracking.errors import InvalidInput
from tracking.models import (
    AssessmentRequest,
    AuditEvent,
    CareTeam,
    OutboxMail,
    SittingLink,
    TreatmentEpisode,
    User,
)
from tracking.queries.sittings import usable_link
from tracking.vocabulary import AnswerSource


def opens(token: str, after: timedelta = timedelta()) -> bool:
    return usable_link(token, timezone.now() + after) is not None


def test_the_token_is_long_random_and_stored_as_its_hash(made: tuple[SittingLink, str]) -> None:
    link, token = made
    assert len(token) >= 43  # 256 bits
    assert link.token_hash == hashlib.sha256(token.encode()).hexdigest()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            assert token not in repr(cursor.fetchall())


def test_it_opens_for_a_week(made: tuple[SittingLink, str]) -> None:
    assert opens(made[1], timedelta(days=6, hours=23))
    assert not opens(made[1], timedelta(days=7, minutes=1))


def test_every_single_change_of_a_character_closes_it(made: tuple[SittingLink, str]) -> None:
    token = made[1]
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    changed = [
        token[:place] + letter + token[place + 1 :]
        for place in range(0, len(token), 3)
        for letter in letters[::4]
        if letter != token[place]
    ]
    assert len(changed) > 200
    assert not any(opens(one) for one in [*changed, token + "A", token[:-1], "", token.upper()])


def test_it_closes_when_revoked_finished_or_answered(
    made: tuple[SittingLink, str], asked: AssessmentRequest, clinician: User
) -> None:
    second, other = links.issue_link(by=clinician, episode=asked.episode, requests=[asked])
    third, last = links.issue_link(by=clinician, episode=asked.episode, requests=[asked])
    links.revoke_link(by=clinician, link=second)
    links.finish_link(link=third, now=timezone.now())
    assert (opens(made[1]), opens(other), opens(last)) == (True, False, False)
    assessments.submit_assessment(
        by=None, request=asked, answers=PHQ9, source=AnswerSource.SELF, assessed_on=days_ago(0)
    )
    assert not opens(made[1])


def test_a_sitting_ends_once(made: tuple[SittingLink, str]) -> None:
    link, _ = made
    first, second = timezone.now(), timezone.now() + timedelta(hours=1)
    links.finish_link(link=link, now=first)
    links.finish_link(link=link, now=second)
    link.refresh_from_db()
    assert link.finished_at == first


def test_opening_again_writes_no_second_event(made: tuple[SittingLink, str]) -> None:
    link, _ = made
    first, second = timezone.now(), timezone.now() + timedelta(hours=1)
    links.open_link(link=link, now=first)
    links.open_link(link=link, now=second)
    link.refresh_from_db()
    assert link.opened_at == first
    assert AuditEvent.objects.filter(action="open_link").count() == 1


class TestRefusals:
    def test_nothing_to_answer(self, episode: TreatmentEpisode, clinician: User) -> None:
        with pytest.raises(InvalidInput, match="nothing is open"):
            links.issue_link(by=clinician, episode=episode, requests=[])

    def test_a_rating_is_not_the_patients_to_answer(self, episode: TreatmentEpisode, clinician: User) -> None:
        rating = scheduling.create_request(
            by=clinician, episode=episode, instrument="hamd17", due_on=days_ago(0)
        )
        self.refuse(episode, clinician, rating)

    def test_what_has_no_words_is_asked_on_paper(self, episode: TreatmentEpisode, clinician: User) -> None:
        alliance = scheduling.create_request(
            by=clinician, episode=episode, instrument="wai_sr", due_on=days_ago(0)
        )
        with pytest.raises(InvalidInput, match="requests: WAI-SR is asked on paper"):
            links.issue_link(by=clinician, episode=episode, requests=[alliance])
        assert not SittingLink.objects.exists()

    def test_what_was_cancelled(self, asked: AssessmentRequest, clinician: User) -> None:
        scheduling.cancel_request(by=clinician, request=asked, reason="mistake")
        asked.refresh_from_db()
        self.refuse(asked.episode, clinician, asked)

    def refuse(self, episode: TreatmentEpisode, by: User, request: AssessmentRequest) -> None:
        with pytest.raises(InvalidInput, match="only the patient's own"):
            links.issue_link(by=by, episode=episode, requests=[request])
        assert not SittingLink.objects.exists()


class TestMail:
    URL = "https://example.org/s/secret/"

    def test_it_tells_a_stranger_nothing(self, made: tuple[SittingLink, str], clinician: User) -> None:
        links.mail_link(by=clinician, link=made[0], url=self.URL)
        mail = OutboxMail.objects.get()
        assert (mail.to, self.URL in mail.body) == ("petra@example.net", True)
        words = ("petra", "patient", "psilo", "depress", "clinic", "treatment", "health", "phq", "mood")
        assert not [word for word in words if word in (mail.subject + mail.body).lower()]

    def test_the_link_is_not_readable_in_the_database(
        self, made: tuple[SittingLink, str], clinician: User
    ) -> None:
        links.mail_link(by=clinician, link=made[0], url=self.URL)
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM tracking_outboxmail")
            stored = repr(cursor.fetchall())
        assert "secret" not in stored
        assert "petra" not in stored

    def test_without_an_address_it_is_refused(
        self, made: tuple[SittingLink, str], clinician: User, team_a: CareTeam
    ) -> None:
        people.change_identity(by=clinician, patient=made[0].episode.patient, email="")
        with pytest.raises(InvalidInput) as refused:
            links.mail_link(by=clinician, link=made[0], url=self.URL)
        assert refused.value.field == "mail"
