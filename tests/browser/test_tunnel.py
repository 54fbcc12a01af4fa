"""A patient's phone without a connection: what is said to be saved is, what is not is kept, and danger is answered."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import PHONE
from tests.browser.site import Site, wait_until

OpenPage = Callable[..., Page]
WORDS = ("Not at all", "Several days", "More than half the days", "Nearly every day")
CRISIS = "Please talk to someone now"
SAVED = "Saved. You can stop at any time and come back."
HERE = "Not sent yet, kept on this device"
DRAFT = """
    SELECT answers FROM tracking_draftanswers
    JOIN tracking_assessmentrequest ON tracking_assessmentrequest.id = request_id WHERE episode_id = ?
"""
ALERTS = "SELECT count(*), max(answer) FROM tracking_safetyalert WHERE episode_id = ?"
STORED = "SELECT answers FROM tracking_assessment WHERE episode_id = ? AND instrument = 'phq9' ORDER BY id DESC LIMIT 1"


@pytest.fixture
def phone(open_page: OpenPage) -> Page:
    return open_page(viewport=PHONE, has_touch=True, is_mobile=True)


def begin(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("button", name="Start").click()
    page.get_by_role("link", name="Begin").or_(
        page.get_by_role("link", name="Go on where you stopped")
    ).click()


def at(page: Page, number: int) -> None:
    expect(page.get_by_text(f"Question {number} of 10")).to_be_visible()


def tap(page: Page, value: int) -> None:
    page.locator(".question:not([hidden])").get_by_label(WORDS[value], exact=True).tap()


def where(page: Page) -> Locator:
    """What is said of where the answers are."""
    return page.locator(".where:visible")


def draft(site: Site, story: dict) -> dict[str, int | None]:
    row = site.ask(DRAFT, story["episode"])
    return json.loads(row[0]) if row else {}


def test_through_a_tunnel(site: Site, phone: Page, faults: list[str]) -> None:
    story = site.story("tunnel")
    begin(phone, story["link"])
    for number in range(1, 9):
        at(phone, number)
        tap(phone, 1)
    at(phone, 9)
    tap(phone, 0)
    at(phone, 10)
    expect(where(phone)).to_have_text(SAVED)
    wait_until(lambda: draft(site, story).get("9") == 0, 10)

    phone.context.set_offline(True)
    phone.get_by_role("button", name="Back").click()
    at(phone, 9)
    tap(phone, 3)
    expect(phone.get_by_role("heading", name=CRISIS)).to_be_in_viewport()
    expect(phone.get_by_role("link", name="0800 111 0 111")).to_be_visible()
    expect(where(phone)).to_contain_text(HERE)
    expect(phone.get_by_text("Nobody has seen this answer yet")).to_be_visible()
    phone.get_by_role("button", name="Next").click()  # goes on without a connection
    at(phone, 10)
    phone.get_by_label("Somewhat difficult").tap()
    expect(phone.get_by_role("heading", name="That was the last question")).to_be_visible()
    phone.get_by_role("button", name="Send my answers").click()
    expect(where(phone)).to_contain_text("2 not sent yet, kept on this device")
    assert draft(site, story) == {str(n): 1 for n in range(1, 9)} | {"9": 0}

    phone.context.set_offline(False)
    expect(phone.get_by_role("heading", name="Thank you")).to_be_visible()
    expect(phone.get_by_role("heading", name=CRISIS)).to_be_visible()
    assert json.loads(site.ask(STORED, story["episode"])[0])["9"] == 3
    assert site.ask(ALERTS, story["episode"]) == (1, 3)
    wait_until(lambda: left_on_device(phone) == [], 10)  # cleared by the page that thanks, once it is loaded
    forgive(faults)


def test_a_dark_answer_that_was_changed_before_it_went_rings_all_the_same(
    site: Site, phone: Page, faults: list[str]
) -> None:
    story = site.story("changed")
    begin(phone, story["link"])
    at(phone, 1)
    phone.get_by_text("How the questions come").click()
    phone.get_by_label("All questions on one page").check()
    phone.context.set_offline(True)
    for value in (3, 0):
        phone.locator("[data-item='9']").get_by_label(WORDS[value], exact=True).tap()
    expect(where(phone)).to_contain_text("not sent yet, kept on this device")
    phone.context.set_offline(False)
    expect(where(phone)).to_contain_text("all is saved")
    assert draft(site, story) == {"9": 0}
    assert site.ask(ALERTS, story["episode"]) == (1, 3)
    expect(phone.get_by_role("heading", name=CRISIS)).to_be_visible()
    forgive(faults)


def test_leaving_with_unsent_answers_is_warned_about_and_a_new_load_keeps_them(
    site: Site, phone: Page, faults: list[str]
) -> None:
    story = site.story("away")
    begin(phone, story["link"])
    at(phone, 1)
    tap(phone, 2)
    at(phone, 2)
    wait_until(lambda: draft(site, story) == {"1": 2}, 10)
    phone.route("**/answer/", lambda route: route.abort())
    tap(phone, 1)
    at(phone, 3)
    expect(where(phone)).to_contain_text(HERE)
    asked: list[str] = []
    phone.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    phone.reload()
    assert asked == ["beforeunload"]
    at(phone, 2)  # where the clinic's answers end; the one that is here is in its place
    expect(phone.get_by_label(WORDS[1], exact=True).locator("visible=true")).to_be_checked()
    expect(where(phone)).to_contain_text(HERE)
    phone.unroute("**/answer/")
    expect(where(phone)).to_contain_text("Back online. 1 sent; all is saved.")
    expect(where(phone)).to_have_text(SAVED)
    assert draft(site, story) == {"1": 2, "2": 1}

    # The sitting has ended meanwhile: it says so, shows nothing, and the same link goes on.
    phone.context.clear_cookies()
    tap(phone, 3)
    expect(phone.get_by_role("heading", name="You were away for a while")).to_be_visible()
    expect(phone.get_by_text("Little interest")).to_have_count(0)
    phone.get_by_role("link", name="Go on with the same link").click()
    phone.get_by_role("button", name="Start").click()
    expect(phone.locator(".question:visible")).to_have_count(1)
    wait_until(lambda: draft(site, story) == {"1": 2, "2": 3}, 10)
    expect(where(phone)).to_have_text(SAVED)
    forgive(faults)


def test_on_a_slow_line_nothing_is_called_saved_before_it_is(site: Site, phone: Page) -> None:
    story = site.story("slow")
    begin(phone, story["link"])
    line: list[Route] = []
    phone.route("**/answer/", lambda route: line.append(route))
    tap(phone, 2)
    at(phone, 2)
    expect(where(phone)).to_be_empty()
    expect(where(phone)).to_contain_text(HERE)  # after four seconds
    assert draft(site, story) == {}
    tap(phone, 1)
    at(phone, 3)
    expect(where(phone)).to_contain_text(HERE)
    for _ in range(2):
        through(phone, line)
    expect(where(phone)).to_contain_text("Back online. 2 sent; all is saved.")
    assert draft(site, story) == {"1": 2, "2": 1}


def through(page: Page, line: list[Route]) -> None:
    """Lets the next request through, once it has come. Playwright hands it over while the page is waited for."""
    while not line:
        page.wait_for_timeout(50)
    line.pop().continue_()


def test_several_questionnaires_come_into_one_page(site: Site, phone: Page, faults: list[str]) -> None:
    """43 questions in four parts. It took two taps a question, and a load of a page for each."""
    story = site.story("many")
    loads: list[str] = []
    phone.on("domcontentloaded", lambda page: loads.append(page.url))
    phone.goto(story["link_of_all"])
    taps = [
        tapped(phone.get_by_role("button", name="Start")),
        tapped(phone.get_by_role("link", name="Begin")),
    ]
    for part, items in enumerate((10, 20, 10), start=1):
        for number in range(1, items + 1):
            expect(phone.get_by_text(f"Question {number} of {items}")).to_be_visible()
            expect(phone.get_by_text(f"Part {part} of 4")).to_be_visible(visible=part > 1 and number == 1)
            taps.append(tapped(phone.locator(".question:not([hidden]) input[type=radio]").first))
        if part == 2:
            phone.context.set_offline(True)
            taps.append(tapped(phone.get_by_role("button", name="Send my answers")))
            expect(where(phone)).to_have_text(re.compile("but not sent yet|kept on this device"))
            phone.context.set_offline(False)
        else:
            taps.append(tapped(phone.get_by_role("button", name="Send my answers")))
    expect(
        phone.get_by_text("In this study some people receive")
    ).to_be_visible()  # why, beside the first question
    taps.append(tapped(phone.get_by_label("I do not know")))
    expect(phone.get_by_text("Question 3 of 3")).to_be_visible()  # who does not know is not asked how sure
    taps.append(tapped(phone.get_by_role("button", name="Skip this question")))
    expect(phone.get_by_role("heading", name="That was the last question")).to_be_visible()
    taps.append(tapped(phone.get_by_role("button", name="Send my answers")))
    expect(phone.get_by_role("heading", name="Thank you")).to_be_focused()
    print(f"{len(taps)} taps, {len(loads)} loads")
    assert (len(taps), len(loads)) == (2 + 42 + 4, 2)
    phone.go_back()
    expect(phone.get_by_role("heading", name="Thank you")).to_be_visible()
    forgive(faults)


def tapped(target: Locator) -> str:
    target.tap()
    return str(target)


def test_by_keyboard(site: Site, open_page: OpenPage) -> None:
    story = site.story("keys")
    page = open_page()
    begin(page, story["link"])
    at(page, 1)
    page.keyboard.press("7")
    expect(page.get_by_text("There is no answer 7 here.")).to_be_visible()
    for number in range(1, 11):
        at(page, number)
        page.keyboard.press("1")
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="That was the last question")).to_be_visible()
    page.get_by_role("button", name="Back").click()
    at(page, 10)
    page.get_by_text("How the questions come").click()
    page.get_by_label("All questions on one page").check()
    expect(page.locator(".question:visible")).to_have_count(10)
    expect(page.get_by_text("10 of 10 answered")).to_be_visible()
    page.locator("[data-number='1'] input").first.focus()
    page.keyboard.press("Enter")  # goes down, not on to the end
    page.keyboard.press("2")
    expect(page.locator("[data-number='2'] input").nth(1)).to_be_checked()
    expect(page.locator("[data-number='1'] input").nth(0)).to_be_checked()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


def left_on_device(page: Page) -> list[str]:
    return [key for key in page.evaluate("Object.keys(sessionStorage)") if key.startswith("sitting")]


def forgive(faults: list[str]) -> None:
    """Of what these tests have cut off the browser complains, and of nothing else."""
    assert all("Failed to load resource" in fault or "net::ERR" in fault for fault in faults), faults
    faults.clear()
