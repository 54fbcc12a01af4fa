"""Every main page, wide and on a phone, light and dark: without a complaint, in shape, open to everybody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Page

from tests.browser.conftest import PHONE, WIDE
from tests.browser.site import Site

OpenPage = Callable[..., Page]
AXE = Axe()
COMPLAINTS = ("moderate", "serious", "critical")  # of axe, all but the minor ones
TABLET = {"width": 820, "height": 1180}
LOOKS = [(WIDE, "light"), (TABLET, "light"), (PHONE, "dark")]
FIRST_PAGES = {
    "clinician": "/today/",
    "rater": "/ratings/",
    "researcher": "/studies/",
    "steward": "/releases/",
    "administrator": "/administration/",
    "patient": "/own/",
}
STAFF_PAGES = [
    ("clinician", lambda site: "/patients/"),
    ("clinician", lambda site: "/alerts/"),
    ("clinician", lambda site: "/patients/new/"),
    ("clinician", lambda site: site.story("alert")["page"]),
    ("clinician", lambda site: site.story("alert")["page"] + "identity/"),
    ("clinician", lambda site: site.story("alert")["page"] + "team/"),
    ("clinician", lambda site: site.story("alert")["page"] + "merge/"),
    ("clinician", lambda site: "/moves/"),
    ("administrator", lambda site: "/administration/duplicates/"),
    ("clinician", lambda site: site.story("alert")["ask"]),
    ("clinician", lambda site: site.story("alert")["hamd17"]),
    ("clinician", lambda site: site.story("alert")["caps5"]),
    ("clinician", lambda site: site.story("alert")["session"]),
    ("researcher", lambda site: site.facts["study"]),
    ("researcher", lambda site: "/releases/new/"),
    ("steward", lambda site: site.facts["release"]),
    ("administrator", lambda site: "/administration/people/new/"),
    ("rater", lambda site: "/instruments/"),
    ("researcher", lambda site: "/instruments/hamd17/"),
    ("steward", lambda site: "/instruments/cssrs_screener/"),
    ("administrator", lambda site: "/instruments/bdi2/"),
    ("clinician", lambda site: "/instruments/audit/1/try/"),
    ("administrator", lambda site: "/protocols/"),
    ("clinician", lambda site: "/protocols/mdma-ptsd/"),
    ("researcher", lambda site: "/protocols/cbt-anxiolytic-panic/"),
]

IN_OTHER_LANGUAGES = [
    ("clinician", lambda site: "/today/"),
    ("clinician", lambda site: site.story("alert")["page"]),
    ("clinician", lambda site: site.story("alert")["hamd17"]),
    ("clinician", lambda site: "/protocols/ssri-psychotherapy/"),
    ("researcher", lambda site: site.facts["study"]),
    ("administrator", lambda site: "/administration/wordings/"),
]


def check(page: Page) -> None:
    """Looks at an open page wide and light, on a tablet, then narrow and dark: nothing wider than the window, nothing
    that axe calls more than minor."""
    for size, theme in LOOKS:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=theme)
        wide, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert wide <= window, f"{page.url} is {wide} wide in a window of {window}"
        found = [found for found in AXE.run(page).response["violations"] if found["impact"] in COMPLAINTS]
        assert not found, f"{page.url}, {theme}, {size['width']}: {told(found)}"


def told(violations: list[dict]) -> str:
    return "; ".join(
        f"{found['id']} at {[node['target'] for node in found['nodes']]}" for found in violations
    )


@pytest.mark.parametrize(("role", "first"), FIRST_PAGES.items())
def test_the_first_page_of_each_role(signed_in: OpenPage, role: str, first: str) -> None:
    page = signed_in(role)
    page.goto("/")
    assert page.url.endswith(first)
    check(page)


@pytest.mark.parametrize(("role", "address"), STAFF_PAGES)
def test_pages_of_the_staff(
    site: Site, signed_in: OpenPage, role: str, address: Callable[[Site], str]
) -> None:
    page = signed_in(role)
    response = page.goto(address(site))
    assert response.status == 200
    check(page)


@pytest.mark.parametrize("language", ["de", "ar"])
@pytest.mark.parametrize(("role", "address"), IN_OTHER_LANGUAGES)
def test_pages_in_longer_words_and_from_right_to_left(
    site: Site, signed_in: OpenPage, role: str, address: Callable[[Site], str], language: str
) -> None:
    page = signed_in(role)
    page.goto(address(site))
    page.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": page.url}])
    page.reload()
    assert page.locator("html").get_attribute("lang") == language
    check(page)


def test_the_door(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/")
    assert "/account/login/" in page.url
    check(page)


def test_each_page_of_a_sitting(site: Site, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(site.story("account")["link"])
    check(page)
    page.get_by_role("button", name="Start").click()
    check(page)
    page.get_by_role("link", name="Begin").click()
    check(page)
    for _ in range(8):
        page.get_by_role("button", name="Skip this question").click()
    page.get_by_label("Nearly every day").locator("visible=true").check()
    page.get_by_role("heading", name="Please talk to someone now").wait_for()
    check(page)
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Skip this question").click()
    check(page)
