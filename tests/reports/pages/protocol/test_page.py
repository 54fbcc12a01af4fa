"""The pages of protocols: who may see them, what they say, what they refuse."""

from __future__ import annotations

import pytest
from django.test import Client

from reports.charts import schedule
from reports.pages.protocol.page import planned_schedule
from tests.markup import said
from tests.reports.charts.drawing import names
from tracking.models import User
from tracking.rules import protocol as protocols

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.one_engine("pages of protocol files, of which the database knows nothing"),
]


@pytest.fixture
def seen(client: Client, clinician: User) -> Client:
    client.force_login(clinician)
    return client


def test_the_list_names_every_treatment(seen: Client) -> None:
    html = seen.get("/protocols/").content.decode()
    for known in protocols.all_protocols():
        assert f'href="/protocols/{known.key}/"' in html


@pytest.mark.parametrize("key", protocols.keys())
def test_every_arm_of_every_treatment_has_its_page(seen: Client, key: str) -> None:
    known = protocols.get(key)
    for arm in known.arm_keys:
        response = seen.get(f"/protocols/{key}/", {"arm": arm})
        assert response.status_code == 200
        text = said(response)
        for row in known.published:
            assert row.what in text
        for watch in known.watches:
            assert watch.measure in text


def test_what_is_sourced_and_what_is_ours_are_told_apart(seen: Client) -> None:
    text = said(seen.get("/protocols/mdma-ptsd/"))
    assert "from the source Mitchell 2021: 80 mg, and 40 mg 1.5 to 2.5 hours after the first dose" in text
    assert "our default Policy of this platform: the experience is rated" in text
    assert "40 mg, 90 to 150 min after the first" in text
    assert "67 %" in text


def test_an_amount_that_no_source_gives_is_the_sites(seen: Client) -> None:
    text = said(seen.get("/protocols/dcs-exposure/"))
    assert "D-cycloserine, set by the site, by mouth" in text


def test_conditions_repeats_and_reminders_are_said(seen: Client) -> None:
    text = said(seen.get("/protocols/propranolol-reactivation/"))
    assert "only if CAPS-5 was answered at baseline" in text
    text = said(seen.get("/protocols/cbt-anxiolytic-panic/"))
    assert "14 days after the last dose of the medication" in text
    assert "again every 14 days to day 84, at most 6 times" in text
    assert "reminded 4 days after the window opens" in text
    assert "on the day of each psychotherapy session" in text


def test_an_older_version_can_be_read_and_says_what_it_is(seen: Client) -> None:
    text = said(seen.get("/protocols/ssri-psychotherapy/1/"))
    assert "superseded" in text
    assert "WSAS" not in text
    assert "superseded" not in said(seen.get("/protocols/ssri-psychotherapy/2/"))


@pytest.mark.parametrize(
    "address",
    ["/protocols/no-such/", "/protocols/mdma-ptsd/99/", "/protocols/mdma-ptsd/?arm=nobody"],
)
def test_what_there_is_not_is_not_found(seen: Client, address: str) -> None:
    assert seen.get(address).status_code == 404


def test_the_picture_shows_the_published_structure() -> None:
    """Mitchell 2021: 3 preparatory, 3 experimental, 9 integrative sessions, the CAPS-5 at week 18."""
    lines = names(schedule(planned_schedule(protocols.get("mdma-ptsd"), "mdma")))
    assert [name for name in lines if "MDMA" in name] == [
        "Day 21: MDMA 80 mg + 40 mg",
        "Day 49: MDMA 120 mg + 60 mg",
        "Day 77: MDMA 120 mg + 60 mg",
    ]
    assert sum(name.endswith(": Preparation") for name in lines) == 3
    assert sum(name.endswith(": Integration") for name in lines) == 9
    assert "CAPS-5, week 18: day 126, from day 112 to day 154" in lines
    assert "CAPS-5, month 12: day 442, from day 414 to day 470" in lines
