"""A treatment ends with an alert open; a rater asks for a time and is told it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Page, expect

from tests.browser.site import Site
from tracking import clock

OpenPage = Callable[..., Page]
LISBON = "Europe/Lisbon"


def test_a_death_with_an_open_alert_and_its_correction(
    site: Site, signed_in: OpenPage, open_page: OpenPage, faults: list[str]
) -> None:
    """By keyboard: the reason is asked for, then everything ends, and the link of the patient opens nothing."""
    story = site.story("ended")
    patient = open_page()
    patient.goto(story["link"])
    patient.get_by_role("button", name="Start").click()
    page = signed_in("clinician")
    page.goto(story["page"])
    page.get_by_role("link", name="End the treatment").click()
    expect(page.get_by_role("heading", name="Questionnaires that somebody asked for")).to_be_visible()
    expect(page.get_by_role("heading", name="Links of the patient")).to_be_visible()
    page.get_by_role("radio", name="Completed").focus()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("radio", name="Died")).to_be_checked()
    page.get_by_role("button", name="End treatment").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("deal with it first")
    page.get_by_label("Why does it end with this open?").fill("The coroner has the record.")
    page.get_by_role("button", name="End treatment").press("Enter")
    said = page.get_by_text(re.compile(r"The end of the treatment is recorded\."))
    expect(said).to_contain_text("2 links ended")
    expect(page.get_by_role("heading", name=re.compile("^Died on"))).to_be_visible()
    patient.reload()
    expect(patient.get_by_role("button", name="Start")).to_have_count(0)
    page.get_by_role("link", name="This was recorded by mistake").click()
    expect(page.get_by_text("What ended with it stays so")).to_be_visible()
    page.get_by_label("How did the mistake come about?").fill("Another of the same name.")
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_role("link", name="End the treatment")).to_be_visible()
    expect(page.get_by_text("Another of the same name.")).to_be_visible()
    assert [fault for fault in faults if "Failed to load resource" not in fault] == []
    faults.clear()  # the end without a reason, refused, and the link that has ended


def test_a_rater_asks_the_team_agrees_and_the_time_is_told(site: Site, signed_in: OpenPage) -> None:
    page = signed_in("clinician")
    page.goto(site.story("called")["page"])
    said = page.locator(".id-line").inner_text()
    found = re.search(r"code\s+(\w+)", said, re.IGNORECASE)
    assert found, said
    rater = signed_in("rater")
    rater.goto("/ratings/")
    row = rater.get_by_role("row", name=found[1])
    row.get_by_role("button", name="Ask the team to call").click()
    expect(row).to_contain_text("The team is asked to call")
    page.goto("/today/")
    line = page.get_by_role("region", name="Calls for raters").get_by_role("row", name=found[1])
    line.get_by_role("link", name="Agree a time").click()
    agreed = clock.wall(clock.now() + timedelta(days=1), LISBON).replace(hour=15, minute=20)
    page.get_by_label("Agreed for").fill(f"{agreed:%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="Save the time").click()
    expect(line).to_contain_text("15:20")
    rater.reload()
    expect(row).to_contain_text(f"{agreed:%-d %B %Y}, 15:20")
