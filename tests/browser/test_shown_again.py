"""On a phone, somebody who has not shown for long who they are signs; nothing that was typed is lost."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, sign_in
from tests.browser.site import Site
from tests.second_factor import code_of

OpenPage = Callable[..., Page]
HAMD_ITEMS = 17
ASKED = "Is it you?"


def test_a_rating_goes_on_after_a_wrong_password_and_the_right_one(
    site: Site, open_page: OpenPage, faults: list[str]
) -> None:
    page = open_page(viewport=PHONE)
    sign_in(page, "clinician", site)
    before = stored(site)
    page.goto(site.story("again")["hamd17"])
    for item in range(1, HAMD_ITEMS + 1):
        page.locator(f"[name='item-{item}'][value='1']").check(force=True)
    page.get_by_role("button", name="Look it through").click()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("heading", name=ASKED)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert stored(site) == before
    for password in ("not this one at all", site.facts["password"]):
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("Recorded.")).to_be_visible()
    assert stored(site) == before + 1
    assert "reauthenticate" not in page.url


def test_without_a_script_it_goes_on_by_a_button(site: Site, open_page: OpenPage) -> None:
    page = open_page(viewport=PHONE, java_script_enabled=False)
    sign_in(page, "steward", site)
    page.goto("/account/tokens/")
    page.get_by_role("button", name="Make a token").click()
    page.get_by_label("Password").fill(site.facts["password"])
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("code").first).to_be_visible()


def test_a_token_is_made_with_the_code_of_the_app(site: Site, open_page: OpenPage) -> None:
    page = open_page(viewport=PHONE)
    sign_in(page, "steward", site)
    page.goto("/account/tokens/")
    page.get_by_role("button", name="Make a token").click()
    page.get_by_role("link", name="Use authenticator app or code").click()
    expect(page.get_by_role("heading", name=ASKED)).to_be_visible()
    site.forget_used_codes()
    page.get_by_label("Code").fill(code_of(site.facts["apps"]["steward"]))
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator("code").first).to_be_visible()


def stored(site: Site) -> int:
    sql = "SELECT count(*) FROM tracking_assessment WHERE episode_id = ? AND instrument = 'hamd17'"
    return site.ask(sql, site.story("again")["episode"])[0]
