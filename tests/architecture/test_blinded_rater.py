"""Two patients who differ only in their arm: whatever a rater can reach is equal, byte by byte.

What can be reached is read off the reviewed table, so that a new page of raters is looked at here by itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver, reverse
from pytest_django import DjangoDbBlocker

from measures import registry
from tests.architecture.matrix import MATRIX, SIGN_IN_CLOSED, Row
from tests.architecture.ward import Ward, build
from tests.cast import days_ago, person
from tests.reports.clinic import answers_for
from tests.tracking.answers import CAPS, HAMD, PHQ9, posted, recorded
from tests.tracking.dosing import sure
from tracking.actions import availability, care, rating, scheduling, treatment, unblinding
from tracking.models import Patient, TreatmentEpisode
from tracking.vocabulary import PresenceRole, Role

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.one_engine(
        "what a rater is shown of two arms is compared with each other, not with a database"
    ),
]
NOW = datetime(2026, 11, 25, 10, 30, tzinfo=UTC)
SUBSTANCES = {"mdma": ("MDMA", 80, 40), "placebo": ("placebo", 1, 1)}
OWN = [
    row for row in MATRIX if row.denial("anonymous") != "+"
]  # whoever holds a patient's link is no rater there
READS = [row for row in OWN if row.cell("GET", "rater") == "+"]
WRITES = [row for row in OWN if row.cell("POST", "rater") == "+"]
# The catalogue and the description of the API are the same for everybody and every patient: they speak of
# instruments and of fields, so that words are not looked for in them.
REFERENCE = {
    "rating-guess",  # asks what the treatment is believed to be
    "instruments",
    "instrument",
    "instrument-version",
    "instrument-try",
    "instrument-definition",
    "api-schema",
    "api-instrument-list",
    "api-instrument-detail",
    "api-instrument-version",
    "api-fhir-questionnaire",
    "api-fhir-questionnaire-version",
}
DRAWN_AT_RANDOM = {
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "tokens",
}  # a POST or page with a new secret each time
WORDS = "arm arms mdma placebo psilocybin dose doses dosing mg meq meq30 session sessions integration "
WORDS += (
    "preparation visit visits baseline time_point phq phq-9 bdi bdi-ii self-report sertraline petra alderin "
)
WORDS += "rosa 47 euphoric week_18"
HIDDEN = re.compile(
    rf"(?<![\w-])({'|'.join(map(re.escape, WORDS.split()))}|week 18|time point)(?![\w-])", re.IGNORECASE
)
ISOLATED = re.compile(r"</?bdi\b[^>]*>")  # an element that bears the name of a questionnaire
QUERIES = [
    "ordering=episode__arm",
    "ordering=-due_on",
    "search=mdma",
    "episode__arm=mdma",
    "episode__arm__startswith=m",
    "request__time_point__startswith=week",
    "episode__sessions__doses__substance=MDMA",
    "rater__name=Rosa",
]
SUICIDE = {"3": 3}
GUESS = "What do you think this patient receives?"


@dataclass
class Seen:
    """Everything that the rater of one ward has met, by what was asked for; ``sizes``: in bytes, as sent."""

    pages: dict[str, tuple[int, str]] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)


@pytest.fixture(scope="module")
def seen(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, Seen]]:
    with (
        django_db_blocker.unblock(),
        time_machine.travel(NOW, tick=False),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr("tracking.tasks.current_app.send_task", lambda *_, **__: None)
        yield {arm: look(arm) for arm in SUBSTANCES}


def look(arm: str) -> Seen:
    """One ward in which only the arm, and what follows from it, is another one; it is gone afterwards."""
    with transaction.atomic():
        ward = build(protocol="mdma-ptsd", arm=arm)
        treated(ward, arm)
        found = Seen()
        for title, response in met(ward):
            keep(found, title, response)
        transaction.set_rollback(True)
    return found


def treated(ward: Ward, arm: str) -> None:
    """What happens to the patient: doses of the arm, what was felt, said, rated and feared, and a rating due."""
    by, rater = ward.users["clinician"], ward.users["rater"]
    episode = TreatmentEpisode.objects.get()
    substance, first, more = SUBSTANCES[arm]
    for number, days in enumerate((60, 30, 9), start=1):
        starts = NOW - timedelta(days=days)
        session = treatment.record_session(
            by=by,
            episode=episode,
            kind="dosing",
            starts_at=starts,
            note=f"euphoric after {substance}",
            people_present=[(by, PresenceRole.LEAD)],
        )
        for part, amount, hours in (("main", first * number, 0), ("supplement", more, 2)):
            treatment.record_dose(
                by=by,
                session=session,
                substance=substance,
                amount=Decimal(amount),
                unit="mg",
                route="oral",
                given_at=starts + timedelta(hours=hours),
                part=part,
                washout_reason=f"nothing was taken beside {substance}",
                **sure(amount, "whatever the protocol plans"),
            )
    meq = registry.get("meq30")
    recorded(episode, None, "meq30", {item.code: 5 if arm == "mdma" else 0 for item in meq.items}, ago=8)
    recorded(episode, None, "phq9", PHQ9 | {"9": 0 if arm == "mdma" else 3}, ago=7)
    other = person("Rosa Other", Role.RATER)
    scores = answers_for(registry.get("caps5"), "total", 47 if arm == "mdma" else 23)
    recorded(episode, other, "caps5", CAPS | scores, ago=6)
    availability.set_availability(by=rater, starts_on=days_ago(0), per_week=9)
    scheduling.schedule_episode(by=by, episode=episode, as_of=days_ago(0))
    due = episode.requests.get(instrument="caps5", time_point="week 18")
    assert rating.assign_rater(by=None, request=due) == rater
    ward.place("open-caps", due)
    lead = person("Lena Lead", Role.CLINICIAN)
    care.add_member(by=None, team=episode.patient.team, user=lead, is_lead=True, starts_on=days_ago(10))
    asked = (
        episode.unblindings.get()
    )  # what the team asks about another rater, and decides, is nothing to this one
    if arm == "mdma":
        unblinding.decide_unblinding(by=lead, unblinding=asked, approve=True)


def met(ward: Ward) -> Iterator[tuple[str, HttpResponse]]:
    """Every answer that the rater can get: each page and list, each with every query, each form sent empty and
    filled in, and what the pages say afterwards."""
    for row in READS:
        for place in places(ward, row):
            address = url(ward, row.route, place)
            yield f"GET {row} {place}", ask(ward, "GET", address)
            for query in QUERIES:
                yield f"GET {row} {place} ?{query}", ask(ward, "GET", f"{address}?{query}")
    for name in sorted(SIGN_IN_CLOSED - DRAWN_AT_RANDOM):
        if not get_resolver().reverse_dict.getlist(name)[0][0][0][1]:
            yield f"GET {name}", ask(ward, "GET", reverse(name))
    yield "GET nothing", ask(ward, "GET", "/there-is-nothing/")
    for row in WRITES:
        for place in places(ward, row) if row.route not in DRAWN_AT_RANDOM else ():
            address = url(ward, row.route, place)
            yield f"POST {row} {place} empty", ask(ward, "POST", address, {})
            yield from filled_in(ward, row, place, address)


def places(ward: Ward, row: Row) -> list[str]:
    """A row of the table, and the rating that the protocol has asked for where one is due."""
    return [row.place, "open-caps"] if row.place == "open-rating" else [row.place]


def filled_in(ward: Ward, row: Row, place: str, address: str) -> Iterator[tuple[str, HttpResponse]]:
    for number, body in enumerate(good(ward, row, place)):
        with transaction.atomic():
            yield f"POST {row} {place} {number}", send(ward, address, body)
            for name in ("ratings", "rating-learnt", "availability", "api-rating-list", "api-rating-due"):
                yield f"after {row} {place} {number}: {name}", client_of(ward).get(reverse(name))
            transaction.set_rollback(True)


def good(ward: Ward, row: Row, place: str) -> list[dict[str, Any]]:
    """What a rater would send, an answer about suicide among it. A route that is not here fails."""
    today = days_ago(0).isoformat()
    answers = CAPS if place == "open-caps" else HAMD
    sheet = posted(answers, assessed_on=today)
    code = Patient.objects.get(user__isnull=False).study_code
    bodies: dict[str, list[dict[str, Any]]] = {
        "rate": [sheet, posted(answers | SUICIDE, assessed_on=today), sheet | {"assessed_on": "2020-01-01"}],
        "assessment-correct": [sheet | {"reason": "slip"}, sheet],
        "availability": [{"starts_on": "2027-01-01", "ends_on": "", "per_week": "3"}],
        "availability-end": [{"starts_on": today}, {"starts_on": "2020-01-01"}],
        "rating-learnt": [
            {"study_code": code, "reason": "the patient told me"},
            {"study_code": "NOBODY", "reason": "the patient told me"},
        ],
        "instrument-try": [posted(HAMD)],
        "rating-guess": [{"item-guess": "2", "item-confidence": "3", "item-led_by": "calm"}],
        "call-ask": [{}],
        "token-revoke": [{"token": "unknown"}],
        "language": [{"language": "de"}, {"language": "xx"}],
        "api-rating-list": [ward.bodies["rating"], ward.bodies["rating"] | {"assessed_on": "2020-01-01"}],
        "api-rating-correct": [ward.bodies["correction"], {"answers": {}, "reason": ""}],
    }
    return bodies[row.route]


def client_of(ward: Ward) -> Client:
    return ward.client("rater")


def url(ward: Ward, route: str, place: str) -> str:
    arguments = ward.places[place] if place else {}
    named = {
        "id" if route.startswith("api") and key == "public_id" else key: v for key, v in arguments.items()
    }
    return reverse(route, kwargs=named)


def ask(ward: Ward, method: str, address: str, body: dict[str, Any] | None = None) -> HttpResponse:
    """Answered, and undone."""
    with transaction.atomic():
        response = send(ward, address, body or {}) if method == "POST" else client_of(ward).get(address)
        transaction.set_rollback(True)
    return response


def send(ward: Ward, address: str, body: dict[str, Any]) -> HttpResponse:
    if address.startswith("/api/"):
        return client_of(ward).post(address, json.dumps(body), content_type="application/json")
    return client_of(ward).post(address, body, follow=True)


UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TOKEN = re.compile(
    r'(name="csrfmiddlewaretoken" value=|"X-CSRFToken": )"[^"]+"|<code dir="ltr">[0-9A-F]{8}</code>'  # of a fault
)


def keep(found: Seen, title: str, response: HttpResponse) -> None:
    """The bytes, with what must differ put aside: codes and ids drawn at random, in the order in which they come."""
    text = response.content.decode()
    for patient in Patient.objects.all():
        text = text.replace(patient.study_code, "CODE")
    ids: dict[str, str] = {}
    text = UUID.sub(lambda one: ids.setdefault(one[0], f"ID-{len(ids)}"), TOKEN.sub("TOKEN", text))
    found.pages[title] = (response.status_code, text)
    found.sizes[title] = len(response.content)


def test_the_rater_reaches_what_the_table_says(seen: dict[str, Seen]) -> None:
    pages = seen["mdma"].pages
    reached = {title.split()[1] for title, (code, _) in pages.items() if code in {200, 302}}
    assert {str(row) for row in READS} - reached == set()
    assert len(pages) > 200


def test_equal_byte_by_byte(seen: dict[str, Seen]) -> None:
    mdma, placebo = (seen[arm].pages for arm in SUBSTANCES)
    assert mdma.keys() == placebo.keys()
    assert {title: page for title, page in mdma.items() if placebo[title] != page} == {}


def test_of_equal_length(seen: dict[str, Seen]) -> None:
    assert seen["mdma"].sizes == seen["placebo"].sizes


def test_a_query_changes_nothing_or_is_refused_by_its_name(seen: dict[str, Seen]) -> None:
    pages = seen["mdma"].pages
    for title, (code, text) in pages.items():
        plain, _, query = title.partition(" ?")
        if query and (code, text) != pages[plain]:
            assert code == 400 and query.partition("=")[0] in text, title


def test_no_word_that_unblinds(seen: dict[str, Seen]) -> None:
    told = {}
    for title, (_, text) in seen["mdma"].pages.items():
        route = title.split()[1] if not title.startswith("after") else "after"
        asks_for_a_guess = GUESS in text  # which names every treatment that there might be
        if not asks_for_a_guess and not any(route.startswith(name) for name in REFERENCE):
            words = {word[0].lower() for word in HIDDEN.finditer(ISOLATED.sub("", text))}
            if words:
                told[title] = words
    assert told == {}
