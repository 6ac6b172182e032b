"""Pages in a real browser, at the width of a desktop and of a telephone."""

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Page, Request, sync_playwright

from api.app import create
from states.settings import Configuration

CHROMIUM = shutil.which("chromium") or "chromium"
"""Without it these tests fail: pages that nobody opened in a browser were not tested."""
WIDTHS = {"desk": 1280, "telephone": 360}


@pytest.fixture
def url(database: str, tmp_path: Path) -> Iterator[str]:
    """The API on its own port, without other processes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    configuration = Configuration(DATABASE_URL=database, home=tmp_path, PORT=port)
    server = uvicorn.Server(uvicorn.Config(create(configuration), port=port, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def page() -> Iterator[Page]:
    """A browser's page."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser.new_page()
        browser.close()


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize("path", ["/over", "/docs", "/aanmelden"])
def test_a_page_fits_its_screen_and_requests_no_other_host(url: str, page: Page, path: str, width: int) -> None:
    asked: list[str] = []
    complaints: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_viewport_size({"width": width, "height": 900})
    answer = page.goto(url + path)
    assert answer is not None
    assert answer.ok
    assert page.locator("h1").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert all(address.startswith(url) for address in asked)
    # A browser requests an icon automatically; there is none.
    assert [words for words in complaints if "404" not in words] == []


def test_the_home_page_lists_waiting_work_and_its_links_work_by_keyboard(url: str, page: Page) -> None:
    page.goto(f"{url}/over")
    for part, state in (("prefect", "waiting"), ("database", "running")):
        row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=part, exact=True))
        assert row.get_by_text(state, exact=True).is_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.get_by_role("link", name="Every endpoint, with its body and who may call it").click()
    assert page.get_by_role("heading", name="API reference").is_visible()
    page.get_by_text("/v1/applications/{reference}/actions", exact=False).first.click()
