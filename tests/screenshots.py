"""Screenshots of every place of every role, wide and on a telephone, light and dark: ``make screenshots``.

A running demonstration office is asked; the pictures lie in ``.screenshots/``. With ``--front`` those of the README are
written to ``docs/images/``.
"""

import argparse
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from api.demonstration.people import CAST, ZILVERDAM  # noqa: E402  # after the path of the product
from api.pages.addresses import navigation  # noqa: E402

WIDTHS = {"wide": 1280, "phone": 390}
OFFICE = ("officer", "adviser", "security-authority", "coordinator", "auditor")
PARTS = ("", "/termijnen", "/advies", "/brieven", "/geld", "/geschiedenis")
FRONT = (
    ("sign-in", None, "/aanmelden", "wide"),
    ("start", "officer-1", "/start", "wide"),
    ("worklist", "officer-1", "/werk?lijst=niemand", "wide"),
    ("case", "officer-1", "CASE", "wide"),
    ("report", "OFFICIAL", "/mijn/melden", "phone"),
    ("takeover", "employer-zilverdam-1", "/werkgever", "phone"),
    ("payables", "finance-zilverdam-1", "/betalen/facturen?lijst=goedkeuren", "wide"),
    ("board", "coordinator-1", "/overzicht", "wide"),
)
"""The pictures of the README: name, person, path and width."""


def signed_in(browser: Browser, url: str, person: str | None, width: str, scheme: str) -> Page:
    """Open a browser as somebody of the cast, or as nobody."""
    context = browser.new_context(
        base_url=url,
        viewport={"width": WIDTHS[width], "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    page.goto("/aanmelden")
    if person is not None:
        card = 'button[value*="/applicant/"]' if person == "OFFICIAL" else f'button[value^="{person}/"]'
        page.locator(card).first.click()
    return page


def case_of(page: Page) -> str:
    """Return the path of the first case in the worklist."""
    page.goto("/werk?lijst=niemand")
    found = page.locator('a[href^="/zaken/VA-"]')
    return str(found.first.get_attribute("href"))


def every_place(browser: Browser, url: str, folder: Path) -> None:
    """Take a picture of every place of every role."""
    people = {member.role: member.id for member in reversed(CAST) if member.organisation in {None, ZILVERDAM}}
    for role, person in people.items():
        for width in WIDTHS:
            for scheme in ("light", "dark"):
                page = signed_in(browser, url, person, width, scheme)
                places = [path for _, path in navigation(role)]
                if role in OFFICE:
                    case = case_of(page) if role != "auditor" else ""
                    places += [case + part for part in PARTS if case]
                for number, place in enumerate(places):
                    page.goto(place)
                    page.screenshot(path=folder / f"{role}-{number:02}-{width}-{scheme}.png", full_page=True)
                page.context.close()


def front_pages(browser: Browser, url: str) -> None:
    """Take the pictures of the README."""
    for name, person, path, width in FRONT:
        page = signed_in(browser, url, person, width, "light")
        page.goto(case_of(page) if path == "CASE" else path)
        page.screenshot(path=ROOT / "docs" / "images" / f"{name}.png")
        page.context.close()


def main() -> None:
    """Take them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--front", action="store_true")
    given = parser.parse_args()
    folder = ROOT / ".screenshots"
    folder.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or "chromium"
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        if given.front:
            front_pages(browser, given.url)
        else:
            every_place(browser, given.url, folder)


if __name__ == "__main__":
    main()
