"""The workplace in a real browser: every place of every role, at a desk and on a telephone, and by keyboard alone."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from served import Api, Serve
from sqlmodel import select

from api.demonstration.people import ZILVERDAM
from api.http import page_sessions
from api.pages.addresses import navigation
from api.pages.visit import cookie_name
from rules.core.roles import OF_AN_EMPLOYER, Actor, Role
from states.storage.database import transaction
from states.tables.application import Application
from states.tables.people import Duty

CHROMIUM = shutil.which("chromium") or "chromium"
"""Without it these tests fail: pages that nobody opened in a browser were not tested."""
DESK, TELEPHONE = 1280, 390
TRACES = Path(".traces")
"""Where the trace of a failed test is kept, to be opened with ``playwright show-trace``."""
REFUSED = "Failed to load resource: the server responded with a status of 422 (Unprocessable Entity)"
"""What a browser notes of a form that is shown again; no other message is expected."""
ROLES = [role for role in Role if role is not Role.ENGINE]
READ_CASES = (Role.OFFICER, Role.ADVISER, Role.SECURITY_AUTHORITY, Role.COORDINATOR, Role.AUDITOR)
PARTS = ("", "/termijnen", "/advies", "/brieven", "/geld", "/geschiedenis")


@pytest.fixture(scope="module")
def demo(serve: Serve, demonstration: str) -> Iterator[Api]:
    """Serve the demonstration office."""
    with serve(demonstration) as api:
        yield api


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def someone(demo: Api, role: Role) -> Actor:
    """Return somebody of the demonstration office in a role."""
    with transaction(demo.engine) as session:
        query = select(Duty).where(Duty.role == role).order_by(Duty.person)
        at = ZILVERDAM if role in OF_AN_EMPLOYER else ""
        if role is Role.APPLICANT:
            return Actor(session.exec(select(Application.applicant).order_by(Application.id)).all()[0], role)
        duty = next(duty for duty in session.exec(query) if duty.organisation == at)
    return Actor(duty.person, role, duty.organisation or None)


@contextmanager
def signed_in(demo: Api, chromium: Browser, by: Actor, width: int, **more: bool) -> Iterator[Page]:
    """Open a page of someone who is signed in; what the browser complains of is an error, and a trace is kept of it."""
    with transaction(demo.engine) as session:
        token = page_sessions.begin(session, by, at=datetime.now(UTC))
    url = str(demo.client.base_url).rstrip("/")
    context: BrowserContext = chromium.new_context(
        base_url=url, viewport={"width": width, "height": 900}, has_touch=width == TELEPHONE, **more
    )
    context.add_cookies([{"name": cookie_name(demo.configuration), "value": token, "url": url}])
    context.tracing.start(screenshots=True, snapshots=True)
    page = context.new_page()
    heard: list[str] = []
    page.on("console", lambda message: heard.append(f"{page.url}: {message.text}") if message.text != REFUSED else None)
    page.on("pageerror", lambda error: heard.append(f"{page.url}: {error}"))
    page.on(
        "request", lambda request: heard.append(request.url) if not request.url.startswith((url, "data:")) else None
    )
    try:
        yield page
        assert heard == []
    except BaseException:
        TRACES.mkdir(exist_ok=True)
        context.tracing.stop(path=TRACES / f"{by.person}-{width}.zip")
        raise
    finally:
        context.close()


def places_of(demo: Api, by: Actor) -> list[str]:
    """Return the places of a role's navigation, and a case with its parts for those who read cases."""
    found = [address for _, address in navigation(by.role)]
    if by.role in READ_CASES:
        with transaction(demo.engine) as session:
            query = select(Application.id).where(Application.state == "provision").order_by(Application.id)
            reference = session.exec(query).all()[0]
        found += [f"/zaken/{reference}{part}" for part in PARTS]
    return found


@pytest.mark.parametrize("role", ROLES, ids=str)
def test_every_place_of_a_role_is_open_to_people_with_a_disability(demo: Api, chromium: Browser, role: Role) -> None:
    by = someone(demo, role)
    with signed_in(demo, chromium, by, DESK) as page:
        for address in places_of(demo, by):
            page.goto(address)
            assert page.locator("h1").count() == 1, address
            report = Axe().run(
                page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
            )
            assert report.violations_count == 0, (address, report.generate_report())


@pytest.mark.parametrize("role", ROLES, ids=str)
def test_every_place_of_a_role_fits_a_telephone(demo: Api, chromium: Browser, role: Role) -> None:
    by = someone(demo, role)
    with signed_in(demo, chromium, by, TELEPHONE) as page:
        for address in places_of(demo, by):
            page.goto(address)
            assert page.evaluate("document.documentElement.scrollWidth") <= TELEPHONE, address


def test_an_officer_takes_work_and_opens_its_case_by_keyboard_alone(demo: Api, chromium: Browser) -> None:
    with signed_in(demo, chromium, someone(demo, Role.OFFICER), DESK) as page:
        page.goto("/werk")
        press_until(page, "Volgende werk oppakken")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/werk/work-"))
        assert "opgepakt" in str(page.evaluate("document.activeElement.textContent"))
        press_until(page, "Ga naar de zaak")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/zaken/VA-"))
        assert page.locator("h1").is_visible()


def press_until(page: Page, words: str, most: int = 40) -> None:
    """Press Tab until the element with these words has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if str(page.evaluate("document.activeElement.textContent")).strip().startswith(words):
            return
    raise AssertionError(f"{words!r} is not reached by keyboard")


def test_a_refused_form_takes_the_focus_to_what_is_wrong(demo: Api, chromium: Browser) -> None:
    with signed_in(demo, chromium, someone(demo, Role.OFFICER), DESK) as page:
        page.goto("/zaken/nieuw")
        page.locator("[data-primary]").click()
        page.wait_for_selector("[role=alert]")
        assert page.evaluate("document.activeElement.id") == "fouten"
        page.locator("[role=alert] a").first.click()
        assert str(page.evaluate("document.activeElement.id")).startswith("veld-")


def test_a_step_is_taken_without_a_script_too(demo: Api, chromium: Browser) -> None:
    with signed_in(demo, chromium, someone(demo, Role.OFFICER), DESK, java_script_enabled=False) as page:
        page.goto("/werk")
        page.get_by_role("button", name="Volgende werk oppakken").click()
        assert page.get_by_role("heading", level=1).is_visible()
        assert "/werk/work-" in page.url


def test_a_page_of_the_first_visit_is_small(demo: Api, chromium: Browser) -> None:
    sizes: list[int] = []
    with signed_in(demo, chromium, someone(demo, Role.OFFICER), DESK) as page:
        page.on("response", lambda answer: sizes.append(len(answer.body())))
        page.goto("/start")
        page.wait_for_load_state("networkidle")
    assert 0 < sum(sizes) <= 75 * 1024
