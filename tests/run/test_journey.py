"""Journey against a running office: it succeeds twice, and reports an office that answers wrongly."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from running import COMMAND, Running

from api.http.errors import ApiError
from api.journey import case, client
from api.journey.run import reminders, run
from rules.core.roles import Role

PLANTED = (case.NAME, case.HOME, case.HOUSEHOLD, case.THREAT)
SOME_TICKS = 8.0
"""Seconds after which a clock that reminds twice would have done so."""
REFERENCE = re.compile(r"\((.)\) (VA-[0-9]{4}-[A-Z0-9]{8})")
Change = Callable[[str, bytes], bytes]


def quiet(_: str) -> None:
    """Ignore the message."""


def references(folder: Path) -> dict[str, str]:
    """The application of each letter, from the last line of a transcript."""
    return dict(REFERENCE.findall((folder / "journey.txt").read_text(encoding="utf-8").splitlines()[-1]))


def test_the_journey_ends_well_by_command_and_again_and_a_restart_reminds_nobody_again(
    running: Running, tmp_path: Path
) -> None:
    done = running.call(COMMAND, "journey", "--out", str(tmp_path / "first"))
    assert done.returncode == 0, f"{done.stdout[-1000:]}\n{done.stderr[-1000:]}"
    lines: list[str] = []
    code = run(running.url, running.token, tmp_path / "second", lines.append)
    assert code == 0, "\n".join(lines[-10:])
    assert done.stdout == (tmp_path / "first" / "journey.txt").read_text(encoding="utf-8")
    assert lines == (tmp_path / "second" / "journey.txt").read_text(encoding="utf-8").splitlines()
    for number in ("first", "second"):
        orders = {file.name.split(".")[0] for file in (tmp_path / number).glob("*.pain.001.001.09.xml")}
        answers = {file.name.split(".")[0] for file in (tmp_path / number).glob("*.camt.053.xml")}
        assert len(orders) == 4
        assert orders == answers
        assert len(list((tmp_path / number).glob("*.bookings.csv"))) == 4
        kept = b"".join(file.read_bytes() for file in (tmp_path / number).iterdir())
        assert [text for text in PLANTED if text.encode() in kept] == []

    assert set(references(tmp_path / "first")) == set("abcde")
    waited = [references(tmp_path / number)["c"] for number in ("first", "second")]
    running.stop()
    running.start()
    time.sleep(SOME_TICKS)
    for reference in waited:
        assert reminders(running.url, running.token, reference) == ["sent"]
        assert running.letters(reference, "herinnering") == 1


@contextmanager
def altered(running: Running, change: Change) -> Iterator[str]:
    """The URL of an office that answers as ours does, except for one change."""

    class Passing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.pass_on(b"")

        def do_POST(self) -> None:
            self.pass_on(self.rfile.read(int(self.headers.get("Content-Length", 0))))

        def pass_on(self, body: bytes) -> None:
            headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            url = f"{running.url}{self.path}"
            answer = httpx.request(self.command, url, content=body, headers=headers, timeout=30, trust_env=False)
            content = change(self.path, answer.content)
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                if name not in {"content-length", "content-encoding", "transfer-encoding", "connection"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Passing)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def lane(path: str, content: bytes) -> bytes:
    """Change a threat so that it reorders nothing."""
    return content.replace(b'"lane":"acute"', b'"lane":"elevated"') if path.endswith("/priority") else content


def gate(path: str, content: bytes) -> bytes:
    """Change a home measure so that it does not wait for its certificate."""
    return content.replace(b"gate.certificate", b"gate.other") if path.endswith("/actions/order") else content


def statement(path: str, content: bytes) -> bytes:
    """Change a bank file so that it counts twice."""
    return content.replace(b'"again": true', b'"again": false') if path == "/v1/bank-messages" else content


def journal(path: str, content: bytes) -> bytes:
    """Change a journal so that it lacks a cent."""
    return content.replace(b"605.00", b"604.99") if path.endswith("format=csv") else content


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lane, "The lane of its intake: expected acute; found elevated"),
        (gate, "expected 409 with the rule gate.certificate; found 409"),
        (statement, "The same statement again: expected (200, True); found (200, False)"),
        (journal, "Bookings whose debit and credit differ: expected []; found ['booking-"),
    ],
)
def test_what_is_not_as_it_should_be_is_noticed(
    running: Running,
    tmp_path: Path,
    change: Change,
    words: str,
) -> None:
    lines: list[str] = []
    with altered(running, change) as url:
        assert run(url, running.token, tmp_path, lines.append) == 1
    assert lines[-1].startswith("Not as expected. ")
    assert words in lines[-1]
    assert lines == (tmp_path / "journey.txt").read_text(encoding="utf-8").splitlines()


def test_an_office_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PATIENCE", 0.1)
    lines: list[str] = []
    assert run("http://127.0.0.1:9", lambda role, person: f"{role} {person}", None, lines.append) == 1
    assert lines[-1] == ("Not as expected. http://127.0.0.1:9: expected an office that answers; found ConnectError")


def test_an_office_without_tokens_is_named() -> None:
    def none(role: Role, person: str | None) -> str:
        raise ApiError(f"Nobody is {role} {person}.")

    lines: list[str] = []
    assert run("http://127.0.0.1:9", none, None, lines.append) == 1
    assert "Nobody is officer None." in lines[-1]
