"""An administrator adds an instrument in a real browser: refused, mended, tried, published."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.test_pages import check
from tests.tracking.definitions import PHQ4

OpenPage = Callable[..., Page]


def paste(page: Page, text: str) -> None:
    page.goto("/administration/instruments/new/")
    page.get_by_label("Definition, as text").fill(text)
    page.get_by_role("button", name="Check it").click()


def mark(page: Page, code: str, value: int) -> None:
    page.locator(f'label:has(input[name="item-{code}"][value="{value}"])').click()


def test_from_the_text_of_a_definition_to_a_published_version(signed_in: OpenPage) -> None:
    page = signed_in("administrator")
    paste(page, PHQ4)
    expect(page.get_by_role("heading", name="Patient Health Questionnaire-4, version 1")).to_be_visible()
    check(page)
    for code, value in (("1", 1), ("2", 1), ("3", 2), ("4", 2)):
        mark(page, code, value)
    results = page.get_by_label("What the answers come to")
    expect(results).to_contain_text("4 of 4 answered")
    expect(results).to_contain_text("moderate")
    check(page)
    page.get_by_role("button", name="Publish version 1").click()
    expect(page.get_by_text("can be asked from now on")).to_be_visible()
    check(page)
    page.goto("/administration/instruments/")
    expect(page.get_by_role("link", name="Patient Health Questionnaire-4")).to_be_visible()
    check(page)
    paste(page, PHQ4.replace('version = "1"', 'version = "2"').replace("or hopeless", "and hopeless"))
    expect(page.get_by_role("heading", name="Changed since version 1")).to_be_visible()
    check(page)


def test_without_scripts_it_is_scored_by_the_button(signed_in: OpenPage) -> None:
    page = signed_in("administrator", java_script_enabled=False)
    paste(page, PHQ4.replace('key = "phq4"', 'key = "phq4_plain"'))
    for code in "1234":
        mark(page, code, 3)
    page.get_by_role("button", name="Score these answers").click()
    expect(page.get_by_label("What the answers come to")).to_contain_text("severe")
    expect(page.locator('input[name="item-1"][value="3"]')).to_be_checked()


def test_a_total_is_recorded_and_corrected_on_a_phone(signed_in: OpenPage, site: object) -> None:
    page = signed_in("clinician")
    page.goto(site.story("alert")["ask"])
    page.get_by_role("link", name="BDI-II").click()
    check(page)
    page.get_by_label("BDI-II total").fill("23")
    page.get_by_role("button", name="Record").click()
    expect(page.get_by_text("moderate").first).to_be_visible()
    page.get_by_role("link", name="Correct with a reason").click()
    check(page)
