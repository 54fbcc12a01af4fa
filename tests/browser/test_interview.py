"""An interview of fifty minutes in a real browser: a window that closes, a line that is cut, a session that ends."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from tests.browser.site import Site
from tests.browser.test_rating import CAPS, press

OpenPage = Callable[..., Page]
SAVED = "Saved. Only you see it until you submit it."
THERE = re.compile(r"\bthere\b")  # the page has heard that all of it is stored; the server knows earlier
HERE = "Not saved yet, kept on this device"
DRAFT = """
    SELECT answers FROM tracking_entrydraft WHERE episode_id = ? AND instrument = ?
"""
STORED = (
    "SELECT answers FROM tracking_assessment WHERE episode_id = ? AND instrument = ? ORDER BY id DESC LIMIT 1"
)


@pytest.fixture
def opened(site: Site, signed_in: OpenPage) -> Callable[[str, str], Page]:
    """The form of an instrument in a story, as the clinician opens it."""

    def form(story: str, instrument: str) -> Page:
        page = signed_in("clinician")
        page.goto(site.story(story)[instrument])
        return page

    return form


def kept(page: Page) -> Locator:
    """What is said of where the form is kept."""
    return page.locator("#kept")


def answers(site: Site, story: str, instrument: str, sql: str = DRAFT) -> dict[str, int]:
    row = site.ask(sql, site.story(story)["episode"], instrument)
    found = json.loads(row[0]) if row else {}
    return {code: value for code, value in found.items() if value is not None}


def mark(page: Page, item: str, value: int) -> None:
    page.locator(f"[name='item-{item}'][value='{value}'] + .key").click()


def marked(page: Page, item: str, value: int) -> None:
    expect(page.locator(f"[name='item-{item}'][value='{value}']")).to_be_checked()


def test_a_window_that_closes_in_the_middle_loses_nothing(
    site: Site, opened: Callable[[str, str], Page], signed_in: OpenPage, faults: list[str]
) -> None:
    page = opened("interview", "caps5")
    press(page, 1, "Enter")
    for value in CAPS[:12]:
        press(page, value, "Enter")
    expect(kept(page)).to_have_text(SAVED)
    page.close()
    assert answers(site, "interview", "caps5") == {"A": True} | {
        str(n): v for n, v in enumerate(CAPS[:12], 1)
    }

    page = signed_in("clinician")
    page.goto("/today/")
    row = page.get_by_role("listitem").filter(has_text="Interview Shore").filter(has_text="CAPS-5")
    expect(row).to_contain_text("13 of")
    row.get_by_role("link", name="Go on").click()
    expect(page.get_by_text("You began this on")).to_be_visible()
    marked(page, "12", CAPS[11])
    mark(page, "12", 4)
    mark(page, "13", 0)
    expect(kept(page)).to_have_text(SAVED)
    page.get_by_role("button", name="Look it through").click()
    page.get_by_label("Submit with these gaps").check()
    page.get_by_role("button", name="Look it through").click()
    changed = page.get_by_role("region", name="Changed since you came back to it")
    expect(changed.get_by_role("listitem")).to_have_count(2)
    assert answers(site, "interview", "caps5", STORED) == {}
    page.get_by_role("link", name="Back to the answers").click()
    marked(page, "12", 4)
    page.get_by_role("button", name="Look it through").click()
    page.get_by_label("Submit with these gaps").check()
    page.get_by_role("button", name="Look it through").click()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Recorded.")).to_be_visible()
    assert answers(site, "interview", "caps5", STORED)["12"] == 4
    assert answers(site, "interview", "caps5") == {}
    forgive(faults)  # the form with gaps, refused


def test_through_a_tunnel(site: Site, opened: Callable[[str, str], Page], faults: list[str]) -> None:
    page = opened("underground", "hamd17")
    mark(page, "1", 2)
    expect(kept(page)).to_have_text(SAVED)
    page.context.set_offline(True)
    for item in range(2, 18):
        mark(page, str(item), 1)
    expect(kept(page)).to_contain_text(HERE)
    assert answers(site, "underground", "hamd17") == {"1": 2}
    page.get_by_role("button", name="Look it through").click()
    expect(kept(page)).to_contain_text("It goes on as soon as there is a connection")
    page.context.set_offline(False)
    expect(page.get_by_role("heading", name="a second look")).to_be_visible()
    assert len(answers(site, "underground", "hamd17")) == 17
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Recorded.")).to_be_visible()
    assert left_on_device(page) == []
    forgive(faults)


def test_what_has_not_gone_outlives_a_reload(
    site: Site, opened: Callable[[str, str], Page], faults: list[str]
) -> None:
    page = opened("reload", "hamd17")
    mark(page, "1", 2)
    expect(kept(page)).to_have_text(SAVED)
    page.route(
        "**/rate/**", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    mark(page, "2", 1)
    expect(kept(page)).to_contain_text(HERE)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.reload()
    assert asked == ["beforeunload"]
    for item, value in (("1", 2), ("2", 1)):
        marked(page, item, value)
    page.unroute("**/rate/**")
    expect(kept(page)).to_have_class(THERE)
    assert answers(site, "reload", "hamd17") == {"1": 2, "2": 1}
    assert left_on_device(page) == []
    forgive(faults)


def test_whoever_was_signed_out_goes_on_after_signing_in(
    site: Site, open_page: OpenPage, faults: list[str]
) -> None:
    page = open_page()
    page.goto("/account/login/")
    sign_in(page, site)
    page.goto(site.story("signedout")["hamd17"])
    mark(page, "1", 2)
    expect(kept(page)).to_have_text(SAVED)
    page.context.clear_cookies(name="session")
    mark(page, "2", 1)
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    mark(page, "4", 2)
    marked(page, "2", 1)
    page.get_by_role("link", name="Sign in and go on").click()
    sign_in(page, site)
    for item, value in (("1", 2), ("2", 1), ("4", 2)):
        marked(page, item, value)
    expect(kept(page)).to_have_class(THERE)
    assert answers(site, "signedout", "hamd17") == {"1": 2, "2": 1, "4": 2}
    assert left_on_device(page) == []
    forgive(faults)


def test_what_somebody_else_left_on_this_device_is_thrown_away(
    site: Site, opened: Callable[[str, str], Page]
) -> None:
    page = opened("reload", "caps5")
    page.evaluate("sessionStorage.setItem('entry somebody /x/', '{}')")
    page.reload()
    assert left_on_device(page) == []


def test_an_open_form_that_nobody_touches_asks_for_nothing(opened: Callable[[str, str], Page]) -> None:
    page = opened("signedout", "caps5")
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request))
    page.wait_for_timeout(4000)
    assert [request.url for request in sent if "/static/" not in request.url] == []


def test_a_try_of_the_page_itself_is_nobody_who_is_there(
    opened: Callable[[str, str], Page], faults: list[str]
) -> None:
    page = opened("tries", "hamd17")
    tried: list[str | None] = []

    def cut(route) -> None:  # noqa: ANN001
        headers = route.request.headers
        if "hx-request" not in headers:
            tried.append(headers.get("x-background"))
        route.abort()

    page.route("**/rate/**", cut)
    mark(page, "1", 2)
    for _ in range(100):
        if len(tried) > 1:
            break
        page.wait_for_timeout(100)
    assert tried[:2] == [None, "1"]
    forgive(faults)


def test_two_windows_of_one_form(opened: Callable[[str, str], Page], faults: list[str]) -> None:
    first = opened("tries", "caps5")
    mark(first, "1", 2)
    expect(kept(first)).to_have_text(SAVED)
    second = opened("tries", "caps5")
    mark(second, "2", 3)
    expect(kept(second)).to_have_text(SAVED)
    mark(first, "3", 1)
    expect(first.get_by_role("heading", name="This is not saved any more")).to_be_visible()
    expect(first.get_by_text("gone on with in another window")).to_be_visible()
    forgive(faults)


def test_a_digit_that_an_item_does_not_have_is_refused_aloud(opened: Callable[[str, str], Page]) -> None:
    page = opened("interview", "hamd17")
    for value in (0, 0, 0):
        press(page, value, "Enter")
    press(page, 4, "Enter", "Enter")  # item 4 goes from 0 to 2
    refusal = page.get_by_role("alert").filter(has_text="There is no 4 here. Press 0, 1 or 2.")
    expect(refusal).to_be_visible()
    expect(page.locator("[name='item-4']:checked")).to_have_count(0)
    expect(page.locator("[name='item-4']").first).to_be_focused()
    press(page, 2, "Enter")
    expect(refusal).to_have_count(0)
    marked(page, "4", 2)
    press(page, 1)
    marked(page, "5", 1)


def test_a_rater_goes_on_from_the_own_list(site: Site, signed_in: OpenPage) -> None:
    page = signed_in("rater")
    page.goto("/ratings/")
    page.get_by_role("link", name="Rate HAM-D17").first.click()
    page.wait_for_url("**/rate/")  # loaded, with its scripts
    press(page, 1, "Enter", 1, "Enter")
    expect(kept(page)).to_have_text(SAVED)
    page.close()
    page = signed_in("rater")
    page.goto("/ratings/")
    page.get_by_role("link", name="Go on with HAM-D17").click()
    marked(page, "2", 1)


def forgive(faults: list[str]) -> None:
    """Of what these tests have cut off, or refused, the browser and htmx complain, and of nothing else."""
    known = ("Failed to load resource", "net::ERR", "htmx:sendError", "Response Status Error Code")
    assert all(any(word in fault for word in known) for fault in faults), faults
    faults.clear()


def sign_in(page: Page, site: Site) -> None:
    page.get_by_label("Email").fill("clinician@clinic.example")
    page.get_by_label("Password").fill(site.facts["password"])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Sign out").wait_for()


def left_on_device(page: Page) -> list[str]:
    return [key for key in page.evaluate("Object.keys(sessionStorage)") if key.startswith("entry")]
