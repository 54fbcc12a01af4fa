"""A patient answers on a phone; the clinician sees it, with its alert, a moment later."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from measures import registry
from tests.browser.conftest import PHONE
from tests.browser.site import Site, wait_until

WORDS = ("Not at all", "Several days", "More than half the days", "Nearly every day")
CRISIS = "Please talk to someone now"
PROMISE = 5.0  # seconds from the button to the recomputed course
DONE = """
    SELECT count(*) FROM reports_episodecourse JOIN tracking_episodemark USING (episode_id)
    WHERE episode_id = ? AND instrument = 'phq9' AND latest = ? AND done_rev = wanted_rev
"""
STORED = """
    SELECT value, items_answered FROM tracking_scalescore
    JOIN tracking_assessment ON tracking_assessment.id = assessment_id
    WHERE episode_id = ? AND instrument = 'phq9' AND scale = 'total'
    ORDER BY assessment_id DESC LIMIT 1
"""
OpenPage = Callable[..., Page]


def begin(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("button", name="Start").click()


def answer(page: Page, number: int, value: int) -> None:
    """Marks the answer of a PHQ-9 item and goes on."""
    expect(page.get_by_text(f"Question {number} of 10")).to_be_visible()
    page.get_by_label(WORDS[value], exact=True).locator("visible=true").check()
    page.get_by_role("button", name="Next").click()


def test_an_answer_on_the_phone_reaches_the_chart_with_its_alert(
    site: Site, open_page: OpenPage, signed_in: OpenPage, record_property: Callable[..., None]
) -> None:
    story = site.story("phone")
    clinician = signed_in("clinician")
    clinician.goto(story["page"])  # stays open and is never reloaded
    phone = open_page(viewport=PHONE, has_touch=True, is_mobile=True)
    begin(phone, story["link"])
    phone.get_by_role("link", name="Begin").click()
    for number, value in enumerate((2, 2, 1, 1, 2), start=1):
        answer(phone, number, value)
    expect(phone.get_by_text("Question 6 of 10")).to_be_visible()
    phone.context.close()  # stops here, and comes back with the same link

    phone = open_page(viewport=PHONE, has_touch=True, is_mobile=True)
    begin(phone, story["link"])
    phone.get_by_role("link", name="Go on where you stopped").click()
    for number, value in enumerate((1, 0, 1), start=6):
        answer(phone, number, value)
    expect(phone.get_by_text("Question 9 of 10")).to_be_visible()
    expect(phone.get_by_text(CRISIS)).to_have_count(0)
    phone.get_by_label(WORDS[2], exact=True).locator("visible=true").check()
    expect(phone.get_by_role("heading", name=CRISIS)).to_be_in_viewport()  # at once, before anything is sent
    expect(phone.get_by_role("link", name="0800 111 0 111")).to_be_visible()
    expect(clinician.get_by_role("heading", name="Safety alert")).to_be_visible()  # nor does the clinic wait
    phone.get_by_role("button", name="Next").click()
    phone.get_by_label("Somewhat difficult").check()
    phone.get_by_role("button", name="Next").click()

    began = time.monotonic()
    phone.get_by_role("button", name="Send my answers").click()
    wait_until(lambda: site.ask(DONE, story["episode"], 12) == (1,), 30)
    seconds = time.monotonic() - began
    record_property("submit_to_course_seconds", round(seconds, 2))
    print(f"from the button to the recomputed course: {seconds:.2f} s")
    assert seconds <= PROMISE

    expect(phone.get_by_role("heading", name="Thank you")).to_be_visible()
    expect(phone.get_by_role("heading", name=CRISIS)).to_be_visible()
    chart = clinician.locator(".chart.wide-only")
    expect(chart.get_by_label(re.compile(r"^Day 2[234]: PHQ-9 12, moderate"))).to_be_visible()
    expect(clinician.get_by_role("row", name=re.compile(r"^PHQ-9 2[234] .* 12 moderate"))).to_be_visible()
    clinician.get_by_role("link", name="Go to the alert").first.click()
    alert = clinician.get_by_role("region", name="Alert: Phone Shore")
    expect(alert).to_contain_text("More than half the days")


def test_the_landing_tells_a_stranger_nothing(site: Site, open_page: OpenPage) -> None:
    page = open_page(viewport=PHONE)
    page.goto(site.story("quiet")["link"])
    said = f"{page.title()} {page.locator('body').inner_text()}".lower()
    for word in ("shore", "quiet", "phq", "depress", "combined", "clinic", "therapy"):
        assert word not in said


def test_a_sitting_needs_no_script(site: Site, open_page: OpenPage) -> None:
    story = site.story("quiet")
    page = open_page(viewport=PHONE, java_script_enabled=False)
    begin(page, story["link"])
    page.get_by_role("link", name="Begin").click()
    answer(page, 1, 3)
    page.get_by_role("button", name="Skip this question").click()
    answer(page, 3, 1)
    page.get_by_role("button", name="Back").click()
    answer(page, 3, 2)
    for number in range(4, 9):
        answer(page, number, 1)
    page.get_by_role("button", name="Skip this question").click()
    expect(page.get_by_text("You may still leave it out")).to_be_visible()
    page.get_by_role("button", name="Leave it out").click()
    expect(page.get_by_role("heading", name=CRISIS)).to_be_visible()  # unanswered is not denied
    page.get_by_role("button", name="Skip this question").click()
    expect(page.get_by_role("heading", name="You left out 2 questions")).to_be_visible()
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    value, answered = site.ask(STORED, story["episode"])
    assert (value, answered) == (None, 7)  # a total with gaps is not a number


@pytest.fixture(autouse=True)
def the_items_are_ten() -> None:
    """What these tests count on."""
    assert len(registry.get("phq9").items) == 10
