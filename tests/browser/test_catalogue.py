"""Trying an instrument: scores come with each answer, by mouse, by keyboard and without JavaScript."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

OpenPage = Callable[..., Page]


def test_the_scores_follow_each_answer(signed_in: OpenPage) -> None:
    page = signed_in("clinician")
    page.goto("/instruments/")
    page.get_by_role("link", name="PHQ-9", exact=True).click()
    page.get_by_role("link", name="Try it").click()
    results = page.get_by_role("complementary", name="What the answers come to")
    expect(results).to_contain_text("0 of 9 answered")
    page.locator("[name=item-1]").first.focus()
    for _ in range(9):
        page.keyboard.press("2")
        page.keyboard.press("Enter")
    expect(results).to_contain_text("9 of 9 answered")
    expect(results.locator(".results-first")).to_contain_text("18")
    expect(results).to_contain_text("an urgent alert would be raised")
    expect(page.get_by_role("status").filter(has_text="PHQ-9 total 18.")).to_be_attached()
    assert page.url.endswith("/instruments/phq9/1/try/")


def test_what_needs_no_answer_falls_away_and_comes_back(signed_in: OpenPage) -> None:
    page = signed_in("clinician")
    page.goto("/instruments/audit/1/try/")
    anchor = page.locator("[id=id_item-2] label span:not(.key)").first
    expect(anchor).to_be_visible()
    page.locator("[name=item-1][value='0']").check(force=True)
    expect(page.locator("#spared-2")).to_have_text("Needs no answer now.")
    expect(anchor).to_be_hidden()
    page.locator("[name=item-1][value='0']").press("Enter")
    assert page.evaluate("document.activeElement.name") == "item-9"
    page.locator("[name=item-1][value='3']").check(force=True)
    expect(anchor).to_be_visible()


def test_without_javascript(signed_in: OpenPage) -> None:
    page = signed_in("researcher", java_script_enabled=False)
    page.goto("/instruments/bdi2/score-only/try/")
    page.get_by_label("BDI-II total").fill("22")
    page.get_by_role("button", name="Score").click()
    expect(page.get_by_role("complementary", name="What the answers come to")).to_contain_text("moderate")
