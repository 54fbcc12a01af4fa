"""A whole MDMA session on a tablet: checks, 80 mg, vital signs, the supplement at two hours, a raised blood pressure,
an adverse event, the end, two signatures. Taps twice, and taps without a connection."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, WIDE, sign_in
from tests.browser.site import Site
from tests.browser.test_pages import AXE, COMPLAINTS, told

OpenPage = Callable[..., Page]
UPRIGHT = {"width": 820, "height": 1180}
ACROSS = {"width": 1180, "height": 820}
LISBON = ZoneInfo("Europe/Lisbon")
ROWS = (
    "SELECT (SELECT count(*) FROM tracking_dose WHERE session_id = ?), "
    "(SELECT count(*) FROM tracking_runsheetentry WHERE session_id = ? AND kind = 'event')"
)
SESSION = "SELECT id FROM tracking_treatmentsession WHERE episode_id = ? AND kind = 'dosing'"


def ago(minutes: float) -> str:
    """A moment as the browser's picker takes it, by the patient's clock."""
    return f"{timezone.localtime(timezone.now() - timedelta(minutes=minutes), LISBON):%Y-%m-%dT%H:%M}"


def seen(page: Page) -> None:
    """Nothing wider than the window and nothing for axe, in every size and light."""
    for size in (UPRIGHT, ACROSS, PHONE, WIDE):
        page.set_viewport_size(size)
        wide, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert wide <= window, f"{page.url} is {wide} wide in a window of {window}"
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        found = [found for found in AXE.run(page).response["violations"] if found["impact"] in COMPLAINTS]
        assert not found, f"{page.url}, {theme}: {told(found)}"
    page.set_viewport_size(UPRIGHT)


@pytest.fixture
def tablet(signed_in: OpenPage) -> Page:
    return signed_in("clinician", viewport=UPRIGHT)


def begin(page: Page, site: Site) -> str:
    """Begins the session as of two and a half hours ago. Returns the address of its sheet."""
    page.goto(site.facts["dosing"]["tablet"]["page"])
    page.get_by_role("link", name="Begin a dosing session").click()
    page.get_by_label("Second therapist").select_option(label="The second therapist")
    page.get_by_label("Begins at").fill(ago(150))
    page.get_by_role("button", name="Begin the session").click()
    expect(page.get_by_text("No dose yet")).to_be_visible()
    return page.url


def check_at_another_time(page: Page, sheet: str, topic: str, minutes: int) -> None:
    page.goto(f"{sheet}line/check/?topic={topic}")
    page.get_by_label("Yes").check()
    page.get_by_label("At (local time)").fill(ago(minutes))
    page.get_by_role("button", name="Record the check").click()
    expect(page).to_have_url(sheet)


def fill_vitals(page: Page, systolic: int, diastolic: int, heart_rate: int, temperature: float) -> None:
    names = ("Systolic blood pressure", "Diastolic blood pressure", "Heart rate", "Body temperature")
    for name, value in zip(names, (systolic, diastolic, heart_rate, temperature), strict=True):
        page.get_by_role("spinbutton", name=name).fill(str(value))


def interview(page: Page, sheet: str, minutes: int | None) -> None:
    """Everything is denied."""
    page.goto(f"{sheet}form/cssrs_screener/")
    for code in ("1", "2", "6"):
        page.locator(f"[name=item-{code}][value='0']").check(force=True)
    if minutes is not None:
        page.get_by_label("At (local time)").fill(ago(minutes))
    page.get_by_role("button", name="Look it through").click()
    page.get_by_role("button", name="Submit").click()
    expect(page).to_have_url(sheet)


def dose_at_another_time(page: Page, sheet: str, minutes: int) -> None:
    page.goto(f"{sheet}dose/")
    page.get_by_label("Substance").fill("MDMA")
    page.get_by_label("Amount").fill("80")
    page.get_by_label("Given at").fill(ago(minutes))
    page.get_by_role("button", name="Record the dose").click()
    expect(page).to_have_url(sheet)


def adverse_event(page: Page, sheet: str) -> None:
    page.goto(sheet)
    page.get_by_role("link", name="Adverse event…").click()
    page.get_by_label("What happened").fill("Jaw tension")
    for code, value in (("severity", 1), ("relatedness", 3), ("action", 4), ("outcome", 2)):
        page.locator(f"[name=item-{code}][value='{value}']").check(force=True)
    for code in ("death", "life_threatening", "hospitalisation", "disability", "congenital_anomaly"):
        page.locator(f"[name=item-{code}][value='0']").check(force=True)
    page.locator("[name=item-medically_important][value='0']").check(force=True)
    page.get_by_role("button", name="Look it through").click()
    page.get_by_role("button", name="Submit").click()
    expect(page).to_have_url(sheet)


def sign(page: Page, password: str) -> None:
    page.get_by_label("Your password").fill(password)
    page.get_by_role("button", name="Sign", exact=True).click()


def test_a_whole_mdma_session(site: Site, tablet: Page, open_page: OpenPage, faults: list[str]) -> None:
    sheet = begin(tablet, site)
    seen(tablet)
    for topic, minutes in (("washout", 145), ("consent_today", 144), ("way_home", 143)):
        check_at_another_time(tablet, sheet, topic, minutes)
    tablet.goto(f"{sheet}form/vital_signs/")
    fill_vitals(tablet, 128, 82, 74, 36.7)
    tablet.get_by_label("At (local time)").fill(ago(140))
    tablet.get_by_role("button", name="Submit").click()
    interview(tablet, sheet, 138)
    expect(tablet.get_by_text("5 of 5 answered")).to_be_visible()
    expect(tablet.get_by_text("given all the same")).to_have_count(0)
    dose_at_another_time(tablet, sheet, 122)
    expect(tablet.locator(".elapsed")).to_have_text("2 h 2 min")

    # a raised blood pressure is seen, and what is half typed elsewhere stays
    tablet.get_by_label("Observation").fill("Music too loud")
    fill_vitals(tablet, 168, 96, 104, 37.4)
    tablet.get_by_role("button", name="Record vital signs now").click()
    expect(tablet.get_by_role("heading", name="Beyond the limit")).to_be_visible()
    expect(tablet.locator("#announced")).to_contain_text("Systolic blood pressure 168 mmHg")
    expect(tablet.get_by_label("Observation")).to_have_value("Music too loud")
    expect(tablet.get_by_role("spinbutton", name="Heart rate")).to_have_value("")
    seen(tablet)

    # twice is once
    (session,) = site.ask(SESSION, site.facts["dosing"]["tablet"]["episode"])
    tablet.get_by_label("Why the dose is given although systolic blood pressure was 168 mmHg").first.fill(
        "158 by hand"
    )
    tablet.get_by_role("button", name="MDMA 40 mg: given now").dblclick()
    expect(tablet.get_by_text("Supplemental dose: MDMA 40 mg")).to_be_visible()
    tablet.get_by_role("button", name="Bathroom").dblclick()
    expect(tablet.get_by_role("listitem").filter(has_text="Bathroom")).to_have_count(1)
    assert site.ask(ROWS, session, session) == (2, 1)

    # without a connection it waits, is told, and is filed at its moment
    tablet.context.set_offline(True)
    tablet.get_by_role("button", name="Nausea").click()
    expect(tablet.get_by_text("Not yet saved: 1")).to_be_visible()
    tablet.get_by_role("button", name="Talked").click()
    expect(tablet.get_by_text("Not yet saved: 2")).to_be_visible()
    assert site.ask(ROWS, session, session) == (2, 1)
    tablet.context.set_offline(False)
    expect(tablet.get_by_text("Not yet saved")).to_be_hidden()
    expect(tablet.get_by_role("listitem").filter(has_text="Nausea")).to_have_count(1)
    assert site.ask(ROWS, session, session) == (2, 3)
    assert tablet.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('taps'))") == []
    assert [fault for fault in faults if "ERR_INTERNET_DISCONNECTED" not in fault] == []
    faults.clear()  # the browser reports that it was offline, as it should

    # what cannot be is refused in a sentence, and stays typed
    fill_vitals(tablet, 1500, 96, 104, 37.4)
    tablet.get_by_role("button", name="Record vital signs now").click()
    expect(tablet.get_by_role("alert")).to_contain_text("less than or equal to 300")
    expect(tablet.get_by_role("spinbutton", name="Systolic")).to_have_value("1500")
    assert [fault for fault in faults if "status of 400" not in fault] == []
    faults.clear()
    fill_vitals(tablet, 148, 88, 92, 37.1)
    tablet.get_by_role("button", name="Record vital signs now").click()
    expect(tablet.get_by_role("heading", name="Beyond the limit")).to_have_count(0)
    expect(tablet.get_by_role("alert")).to_be_hidden()

    adverse_event(tablet, sheet)
    expect(tablet.get_by_text("Adverse event: Jaw tension")).to_be_visible()
    interview(tablet, sheet, None)

    tablet.get_by_text("End of the session", exact=True).click()
    expect(tablet.get_by_text("since the last dose, at least 5 h asked for")).to_be_visible()
    tablet.get_by_label("Why it ends all the same").fill("Stays on the ward for the night")
    tablet.get_by_label("How the patient leaves").fill("Calm; taken home by her sister")
    tablet.get_by_role("button", name="End the session now").click()
    expect(tablet.get_by_role("heading", name="Signatures")).to_be_visible()
    expect(tablet.get_by_text("0 of 2")).to_be_visible()
    seen(tablet)
    sign(tablet, site.facts["password"])
    expect(tablet.get_by_text("1 of 2")).to_be_visible()

    other = open_page(viewport=UPRIGHT)
    sign_in(other, "second", site)
    other.goto(sheet)
    sign(other, site.facts["password"])
    expect(other.get_by_text("2 of 2")).to_be_visible()
    expect(other.get_by_text("holds", exact=True)).to_have_count(2)


def test_it_is_dim_until_the_light_of_the_device_is_asked_for(tablet: Page, site: Site) -> None:
    def paper() -> str:
        return tablet.evaluate("getComputedStyle(document.body).backgroundColor")

    tablet.emulate_media(color_scheme="light")
    tablet.goto(site.facts["dosing"]["tablet"]["begin"])
    assert paper() == "rgb(20, 25, 26)"
    tablet.evaluate("localStorage.setItem('dosing-light', 'device')")
    tablet.reload()
    assert paper() == "rgb(251, 250, 247)"


def test_without_a_script_the_same_doors_work(site: Site, signed_in: OpenPage) -> None:
    page = signed_in("clinician", viewport=UPRIGHT, java_script_enabled=False)
    page.goto(site.facts["dosing"]["plain"]["page"])
    page.get_by_role("link", name="Begin a dosing session").click()
    page.get_by_label("Fewer than two clinicians").fill("The second therapist is on the way")
    page.get_by_role("button", name="Begin the session").click()
    expect(page.get_by_text("The second therapist is on the way")).to_be_visible()
    page.get_by_role("button", name="The patient consents to go on today").click()
    expect(page.get_by_text("1 of 5 answered")).to_be_visible()
    page.get_by_label("Why the dose is given all the same").first.fill("Agreed with the medical lead")
    page.get_by_role("button", name="MDMA 80 mg: given now").click()
    expect(page.locator(".elapsed")).to_have_text("0 min")
    expect(page.get_by_text("Dose given although a check was open or not met")).to_be_visible()
    page.get_by_role("button", name="Bathroom").click()
    expect(page.get_by_role("listitem").filter(has_text="Bathroom")).to_have_count(1)
    back = page.get_by_role("listitem").filter(has_text="Bathroom").get_by_role("link", name="take back")
    back.click()
    page.get_by_label("Why is this taken back?").fill("Not left the room")
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("Not left the room")).to_be_visible()


def test_a_dose_that_is_not_plausible_is_asked_about(
    site: Site, signed_in: OpenPage, faults: list[str]
) -> None:
    """Ten times the plan: the focus is on the correction, Esc leads back, to write it costs the number and a reason."""
    page = signed_in("clinician", viewport=UPRIGHT)
    page.goto(site.facts["dosing"]["odd"]["page"])
    page.get_by_role("link", name="Begin a dosing session").click()
    page.get_by_label("Second therapist").select_option(label="The second therapist")
    page.get_by_role("button", name="Begin the session").click()
    page.get_by_text("Another amount or substance").click()
    form = page.locator("#dose-form-first")
    form.get_by_label("Amount").fill("800")
    form.get_by_label("Why the dose is given").fill("The checks were made on paper")
    form.get_by_role("button", name="Dose given now").click()

    dialogue = page.get_by_role("alertdialog")
    expect(dialogue.get_by_role("heading")).to_have_text("800 mg is 10 times the planned 80 mg.")
    expect(dialogue.get_by_role("button", name="It was MDMA 80 mg")).to_be_focused()
    (session,) = site.ask(SESSION, site.facts["dosing"]["odd"]["episode"])
    assert site.ask(ROWS, session, session) == (0, 0)
    seen(page)
    page.keyboard.press("Escape")
    expect(dialogue).to_have_count(0)
    expect(form.get_by_label("Amount")).to_be_focused()
    expect(form.get_by_label("Amount")).to_have_value("800")

    # put right with one press
    form.get_by_role("button", name="Dose given now").click()
    dialogue.get_by_role("button", name="It was MDMA 80 mg").click()
    expect(page.locator(".elapsed")).to_have_text("0 min")
    expect(page.get_by_role("listitem").filter(has_text="Dose: MDMA 80 mg")).to_have_count(1)

    # written all the same
    page.get_by_text("Another dose").click()
    more = page.locator("#dose-form-more")
    more.get_by_label("Amount").fill("80")
    more.get_by_role("button", name="Dose given now").click()
    expect(dialogue.get_by_role("button", name="Type it anew")).to_be_focused()
    dialogue.get_by_text("It really was MDMA 80 mg").click()
    dialogue.get_by_label("The amount once more").fill("80")
    dialogue.get_by_label("What happened").fill("The capsule was given twice")
    dialogue.get_by_role("button", name="Write MDMA 80 mg").click()
    expect(page.get_by_text("The capsule was given twice")).to_be_visible()
    assert site.ask(ROWS, session, session) == (2, 0)
    assert [fault for fault in faults if "status of 400" not in fault] == []
    faults.clear()  # the browser reports each answer that is no page
