"""A Chromium found on this machine, a site to point it at, and pages that report what went wrong in them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    expect,
    sync_playwright,
)

from tests.browser.site import Site, running_site, seeded
from tests.second_factor import code_of

HERE = Path(__file__).parent
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [  # without these a Chromium of root, on a closed network, hangs
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
CALLED_OFF = ("htmx:sendAbort", "htmx:afterRequest")
PATIENCE = 15_000  # milliseconds; both cores may be busy with other tests
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def executable() -> str:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"no Chromium on the path (looked for {', '.join(NAMES)})")
    return found


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Ends with these tests: while it runs, Django takes its event loop for an asynchronous caller."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="package")
def browser(executable: str, playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def site(executable: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.getbasetemp()
    people = seeded(folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder)
    with running_site(people) as site:
        yield site


@pytest.fixture(scope="package")
def browser_context_args(site: Site) -> dict[str, Any]:
    return {"base_url": site.url, "locale": "en-GB", "reduced_motion": "reduce"}


@pytest.fixture
def faults() -> Iterator[list[str]]:
    """What pages opened by ``open_page`` complained about; a test ends well when it is empty."""
    found: list[str] = []
    yield found
    assert not found


@pytest.fixture
def open_page(new_context: Callable[..., BrowserContext], faults: list[str]) -> Callable[..., Page]:
    """Opens a page of its own browser context: ``open_page(viewport=PHONE, java_script_enabled=False)``.

    Errors of scripts, refusals by the content security policy and requests that fail go to ``faults``.
    """

    def opened(**options: Any) -> Page:
        context = new_context(**{"viewport": WIDE} | options)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        watch(page, faults)
        return page

    return opened


def watch(page: Page, faults: list[str]) -> None:
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    page.on("console", lambda message: said(message, faults))
    page.on("requestfailed", lambda request: failed(request, faults))


def said(message: ConsoleMessage, faults: list[str]) -> None:
    """htmx also reports what it has called off itself, because a newer request took its place."""
    if message.type in ("error", "warning") and not message.text.startswith(CALLED_OFF):
        faults.append(f"{message.location['url']}: {message.text}")


def failed(request: Request, faults: list[str]) -> None:
    """A request that was cut off because the page was left is no fault of the page."""
    if request.failure != "net::ERR_ABORTED":
        faults.append(f"{request.url}: {request.failure}")


@pytest.fixture(scope="package")
def keys() -> dict[str, Any]:
    """The cookies of roles that have signed in before."""
    return {}


@pytest.fixture
def signed_in(site: Site, open_page: Callable[..., Page], keys: dict[str, Any]) -> Callable[..., Page]:
    """Opens a page as somebody: ``signed_in("clinician")``."""

    def opened(role: str, **options: Any) -> Page:
        if role not in keys:
            keys[role] = sign_in(open_page(), role, site)
        page = open_page(storage_state=keys[role], **options)
        page.add_locator_handler(
            page.get_by_role("heading", name="Is it you?"), lambda: show_again(page, site.facts["password"])
        )
        return page

    return opened


def show_again(page: Page, password: str) -> None:
    """Whether a signature asks who is there hangs on when that was last shown: it is, and it goes on."""
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Confirm").click()


def sign_in(page: Page, role: str, site: Site) -> Any:
    page.goto("/account/login/")
    page.get_by_label("Email").fill(f"{role}@clinic.example")
    page.get_by_label("Password").fill(site.facts["password"])
    page.get_by_role("button", name="Sign in", exact=True).click()
    if role in site.facts["apps"]:
        site.forget_used_codes()
        page.get_by_label("Code").fill(code_of(site.facts["apps"][role]))
        page.get_by_role("button", name="Sign In").click()
    page.get_by_role("link", name="Sign out").wait_for()
    return page.context.storage_state()
