"""Pages and readiness."""

import re
from html.parser import HTMLParser

import httpx
import pytest
from fastapi import FastAPI
from office import OFFICER, application_body
from served import Api, Serve, running

from api.http.openapi_document import by_address
from states.storage.database import connect

PARTS = ["api", "database", "migrations", "office-key", "prefect", "dispatcher", "clock", "worker"]


class Page(HTMLParser):
    """Parser that collects the tags, attributes and links of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.lang: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self.links += [value or "" for name, value in attrs if name in {"href", "src", "action", "srcset"}]
        if tag == "html":
            self.lang = dict(attrs)["lang"]


@pytest.mark.parametrize("path", ["/over", "/docs"])
def test_a_page_loads_nothing_from_another_host(api: Api, path: str) -> None:
    answer = api.get(path, None)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    page = Page(answer.text)
    assert page.lang == "en"
    assert re.search(r"<title>[^<]+</title>", answer.text)
    assert not re.search(r"<script(?! type=\"module\" src=\"/[a-z]+\.js\"></script>)", answer.text)
    assert not {"iframe", "object", "embed", "style", "base"} & set(page.tags)
    assert not any(name.startswith("on") or name == "style" for name, _ in page.attributes)
    assert page.tags.count("h1") == page.tags.count("main") == 1
    for link in page.links:
        assert link.startswith(("/", "#")), link
        assert not link.startswith("//")
        if link.startswith("/"):
            assert api.get(link, None).status_code in {200, 303, 503}, link


def test_the_style_loads_nothing_from_elsewhere(api: Api) -> None:
    answer = api.get("/style.css", None)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/css")
    assert "Content-Security-Policy" in answer.headers
    assert "http" not in answer.text
    assert "@import" not in answer.text
    assert "url(" not in answer.text


def test_the_front_page_says_what_runs_where_and_shows_no_secret(api: Api) -> None:
    text = api.get("/over", None).text
    for part in PARTS:
        assert f">{part}<" in text
    assert "fictional" in text
    assert "postgresql://" not in text
    assert "office.key" not in text


def test_the_front_page_of_an_office_that_is_no_demonstration_offers_no_tokens(serve: Serve) -> None:
    with serve(demonstration=False) as api:
        text = api.get("/over", None).text
        assert "veiligadvies token" not in text
        assert "fictional" not in text


def test_every_operation_is_in_the_reference(api: Api) -> None:
    text = api.get("/docs", None).text
    for path in by_address(api.get("/openapi.json", None).json()):
        assert path in text


def test_the_reference_shows_types_allowed_values_and_what_is_required(api: Api) -> None:
    text = " ".join(re.sub(r"<[^>]+>", " ", api.get("/docs", None).text).split())
    entry = text[text.index("/v1/applications/{id}/actions/record-threat Record a threat signal") :]
    entry = entry[: entry.index("Answer:")]
    assert re.search(r"\bkind one of acute-danger death-threat .* yes", entry)
    assert "source one of police employer applicant adviser third-party" in entry
    assert "one of several" not in text
    assert re.search(r"\bstage one of received intake interview-planned", text)


def test_the_filter_is_a_script_of_our_own_that_loads_nothing(api: Api) -> None:
    answer = api.get("/filter.js", None)
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert not re.search(r"import|fetch|eval|innerHTML|http", answer.text)


def test_readiness_names_each_part_and_the_rest_serves_while_prefect_is_away(api: Api) -> None:
    answer = api.get("/health/ready", None)
    assert answer.status_code == 503
    parts = {part["name"]: part for part in answer.json()["parts"]}
    assert list(parts) == PARTS
    assert [name for name in PARTS if parts[name]["ok"]] == ["api", "database", "migrations", "office-key"]
    assert all(part["detail"] for part in parts.values())
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 503
    assert api.get("/health/live", None).json() == {"status": "ok"}
    assert api.post("/v1/applications", OFFICER, application_body()).status_code == 201


def test_readiness_asks_prefect_itself(serve: Serve) -> None:
    prefect = FastAPI()

    @prefect.get("/api/health")
    def health() -> bool:
        return True

    with running(prefect) as url, serve(PREFECT_API_URL=f"{url}/api") as api:
        parts = {part["name"]: part for part in api.get("/health/ready", None).json()["parts"]}
        assert parts["prefect"]["ok"]
    with serve(PREFECT_API_URL=f"{url}/api") as api:
        parts = {part["name"]: part for part in api.get("/health/ready", None).json()["parts"]}
        assert not parts["prefect"]["ok"]


def test_readiness_answers_while_the_database_is_away(serve: Serve) -> None:
    with serve() as api:
        api.app.state.engine = connect("postgresql://nobody@127.0.0.1:1/none", key=bytes(32))
        answer = api.get("/health/ready", None)
        assert answer.status_code == 503
        parts = {part["name"]: part["ok"] for part in answer.json()["parts"]}
        assert parts["api"] is True
        assert parts["database"] is False
        away: httpx.Response = api.get("/v1/applications")
        assert away.status_code == 503
        assert away.headers["Content-Type"] == "application/problem+json"
        assert api.get("/over", None).status_code == 200
        api.app.state.engine.dispose()
