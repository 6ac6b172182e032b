"""Leaks: the content of a case appears in no log, header, address or other response."""

import logging
from typing import Any

import httpx
import pytest
import structlog
from office import FINANCE, OFFICER, application_body
from served import Serve

from api.http import dependencies
from states import logging_setup

MARKERS = {
    "name": "Kwartel Zevenblad",
    "homeAddress": "Vleermuispad 923",
    "household": "Two hedgehogs Morfeo",
    "email": "zevenblad@kwartel.example",
    "phone": "0698765432",
    "remarks": "Remark Quasimodo",
}
THREAT = "He wrote Gargamel on the door"


def test_a_whole_case_leaves_nothing_of_its_content_in_logs_headers_or_addresses(
    serve: Serve,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    addresses_and_headers: list[str] = []

    def note(answer: httpx.Response) -> None:
        addresses_and_headers.append(str(answer.request.url))
        addresses_and_headers.append(str(answer.headers.raw))

    with serve() as api:
        api.client.event_hooks["response"].append(note)
        case = api.receive(**MARKERS)
        body = {"kind": "stalking", "source": "police", "details": THREAT}
        assert api.post(f"{case}/actions/record-threat", body=body).is_success

        def marked(items: list[dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
            action = next(item for item in items if item["allowed"])
            example = dict(action["example"])
            if action["name"] == "assess-domain":
                measures = [{**item, "description": "Shutters Rumpelstilz"} for item in example["measures"]]
                example |= {"finding": "Finding Rumpelstilz", "measures": measures}
            if action["name"] == "receive-invoice":
                example |= {"payee": "Rumpelstilz BV"}
            return action, example

        api.walk(case, choose=marked)
        # Errors are the likelier leak: malformed, refused, stale and conflicting requests, and an internal error.
        api.post("/v1/applications", body=application_body(office="nothing", **MARKERS))
        api.post("/v1/applications", body=application_body(employers=["gemeente-geen"], **MARKERS))
        api.post(
            "/v1/applications", body=application_body(**{**MARKERS, "office": "alderman", "certainSince": "9999-12-31"})
        )
        api.post(f"{case}/actions/record-threat", body={**body, "kind": THREAT})
        api.post(f"{case}/actions/withdraw", body={"reasons": THREAT}, match='"1"')
        api.post("/v1/applications/actions/search", body={"name": MARKERS["name"]})
        api.post("/v1/bank-messages", FINANCE, content=f"<{THREAT}", headers={"Content-Type": "application/xml"})
        api.post("/v1/people", body={"id": "p-1", "name": THREAT, "email": "x@x.example", "duties": []})

        def broken() -> None:
            raise RuntimeError(THREAT)

        api.app.dependency_overrides[dependencies.session] = broken
        assert api.post("/v1/applications", OFFICER, application_body(**MARKERS)).status_code == 500
    out, err = capfd.readouterr()
    output = "\n".join(
        [*addresses_and_headers, caplog.text, out, err, *(str(vars(record)) for record in caplog.records)]
    )
    secrets = [*MARKERS.values(), THREAT, "Rumpelstilz", "Gargamel", "Kwartel", "Zevenblad", "Vleermuispad"]
    assert [secret for secret in secrets if secret.lower() in output.lower()] == []
    assert "unexpected-error" in output


def test_an_internal_error_is_logged_with_its_location_and_without_its_text(
    serve: Serve,
    capfd: pytest.CaptureFixture[str],
) -> None:
    before, handlers, level = structlog.get_config(), logging.getLogger().handlers[:], logging.getLogger().level
    logging_setup.set_up("api")
    try:

        def broken() -> None:
            raise RuntimeError(THREAT)

        with serve(change=lambda app: app.dependency_overrides.update({dependencies.session: broken})) as api:
            api.get("/v1/applications/VA-2026-SECRET")
    finally:
        structlog.configure(**before)
        logging.getLogger().handlers[:] = handlers
        logging.getLogger().setLevel(level)
    output = capfd.readouterr().err
    assert '"error": "RuntimeError"' in output
    assert "test_api_leaks_nothing.py" in output
    assert "/v1/applications/{reference}" in output
    assert "Gargamel" not in output
