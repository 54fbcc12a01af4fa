"""A clinician rates an interview without touching the mouse."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from measures import registry
from tests.browser.site import Site

OpenPage = Callable[..., Page]
HAMD = (2, 1, 1, 2, 0, 1, 3, 1, 0, 2, 2, 1, 1, 0, 1, 0, 0)
CAPS = (3, 2, 2, 3, 1, 2, 3, 0, 2, 1, 3, 2, 2, 1, 1, 0, 3, 2, 2, 3)


def press(page: Page, *keys: object) -> None:
    for key in keys:
        page.keyboard.press(str(key))


def rate(page: Page, answers: tuple[int, ...], total: Callable[[int], None]) -> None:
    """A digit and Enter for each item; the total beside them is right all the time."""
    for number, value in enumerate(answers, start=1):
        press(page, value)
        total(sum(answers[:number]))
        press(page, "Enter")


@pytest.fixture
def sheet(site: Site, signed_in: OpenPage) -> Callable[..., Page]:
    def opened(instrument: str, story: str = "rated") -> Page:
        page = signed_in("clinician")
        page.goto(site.story(story)[instrument])
        return page

    return opened


def test_hamd_by_keyboard(sheet: Callable[..., Page]) -> None:
    page = sheet("hamd17")
    assert len(HAMD) == len(registry.get("hamd17").items)
    rate(page, HAMD, lambda points: expect(page.locator("#running .total")).to_have_text(str(points)))
    expect(page.get_by_role("button", name="Look it through")).to_be_focused()
    press(page, "Enter")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Recorded.")).to_be_visible()
    scores = page.get_by_role("row", name="HAM-D17 total")
    expect(scores).to_contain_text(str(sum(HAMD)))


def test_caps5_by_keyboard_with_its_further_items(sheet: Callable[..., Page]) -> None:
    page = sheet("caps5")
    press(page, 1, "Enter")  # criterion A
    rate(page, CAPS, lambda points: expect(page.locator("#running .total")).to_have_text(str(points)))
    press(page, 0, "Enter", 6, 0, "Enter")  # onset and duration in months, typed
    press(page, "Enter")  # criterion F does not apply
    press(page, 2, "Enter", 2, "Enter", 1, "Enter")  # distress, social, work
    press(page, 0, "Enter", 2, "Enter", "Enter")  # validity, severity; no rating before this one
    press(page, 0, "Enter", 0, "Enter")  # dissociation
    expect(page.get_by_role("button", name="Look it through")).to_be_focused()
    press(page, "Enter")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Recorded.")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text(str(sum(CAPS)))
    expect(page.get_by_role("main")).to_contain_text("PTSD")


def test_gaps_are_named_before_they_are_accepted(sheet: Callable[..., Page], faults: list[str]) -> None:
    page = sheet("hamd17", "gaps")
    for _ in HAMD[:-1]:
        press(page, 1, "Enter")
    page.get_by_role("button", name="Look it through").click()
    expect(page.get_by_text("1 without an answer.")).to_be_visible()
    expect(page.get_by_role("link", name="17 Insight")).to_be_visible()
    assert [fault for fault in faults if "status of 400" not in fault] == []
    faults.clear()  # the browser reports a refused form, as it should
    page.get_by_label("Submit with these gaps").check()
    page.get_by_role("button", name="Look it through").click()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Recorded.")).to_be_visible()


def test_a_sheet_that_is_on_record_is_held_until_there_were_two(
    sheet: Callable[..., Page], faults: list[str]
) -> None:
    for is_second in (False, True):
        page = sheet("hamd17", "twice")
        for value in HAMD:
            press(page, value, "Enter")
        page.get_by_role("button", name="Look it through").click()
        expect(page.get_by_text("is on record already")).to_have_count(int(is_second))
        page.get_by_role("button", name="Submit").click()
        if is_second:
            expect(page.get_by_text("were there two sheets that day")).not_to_have_count(0)
            page.get_by_label("There were two sheets of that day").check()
            page.get_by_role("button", name="Look it through").click()
            expect(page.get_by_label("There were two sheets of that day")).to_be_checked()
            page.get_by_role("button", name="Submit").click()
        expect(page.get_by_text("Recorded.")).to_be_visible()
    assert [fault for fault in faults if "status of 400" not in fault] == []
    faults.clear()
