"""Places of oversight in a browser: chains that are verified, decisions with their reasons, opened content."""

import re

import pytest
from office import ADVISER, COORDINATOR, OFFICER, OTHER_OFFICER
from served import ADMINISTRATOR, AUDITOR, PRIVACY_OFFICER, Api, Serve
from sqlalchemy import text
from visitor import Visitor

from rules.core.roles import Actor

SECRET = "geheimwoordvandeintake"


@pytest.fixture(scope="module")
def case(api: Api) -> str:
    """The reference of a case that has gone its whole way, with a secret, which another officer opened."""
    address = api.receive(remarks=SECRET, name=f"E. {SECRET}")
    api.walk(address, "advice")
    tag = api.get(address, OTHER_OFFICER).headers["ETag"]
    opened = api.post(f"{address}/actions/open-content", OTHER_OFFICER, {"reasons": f"Omdat {SECRET}"}, match=tag)
    assert opened.status_code == 200, opened.text
    return address.rpartition("/")[2]


def pages(case: str) -> list[str]:
    """The places of oversight."""
    return [
        "/toezicht",
        f"/toezicht/ketens/{case}",
        "/toezicht/besluiten",
        f"/toezicht/besluiten/{case}",
        "/toezicht/inzage",
    ]


def test_every_place_of_oversight_opens_and_tells_no_secret(api: Api, case: str) -> None:
    for by in (AUDITOR, PRIVACY_OFFICER):
        with Visitor(api, by) as overseer:
            assert overseer.get("/start").headers["Location"] == "/toezicht"
            for page in pages(case):
                found = overseer.read(page)
                assert found.count("<h1>") == 1
                assert found.count("data-primary") == 1, page
                assert SECRET not in found


@pytest.mark.parametrize("by", [OFFICER, ADVISER, COORDINATOR, ADMINISTRATOR], ids=lambda by: by.role)
def test_no_other_role_opens_a_place_of_oversight(api: Api, case: str, by: Actor) -> None:
    with Visitor(api, by) as other:
        assert [other.get(page).status_code for page in pages(case)] == [403] * len(pages(case))


def test_the_auditor_finds_who_decided_and_by_which_rule(api: Api, case: str) -> None:
    with Visitor(api, AUDITOR) as auditor:
        cases = auditor.read(f"/toezicht/besluiten?zaak={case}")
        assert f'href="/toezicht/besluiten/{case}"' in cases
        found = auditor.read(f"/toezicht/besluiten/{case}")
        assert "Naam van officer-1, intakemedewerker" in found
        decided = api.read(f"/v1/applications/{case}/decisions?limit=25", AUDITOR)["items"]
        rules = {rule["rule"] for each in decided for rule in each["rules"]}
        assert rules
        assert all(f"Regel {rule}" in found for rule in rules)
        assert "voldaan" in found
        assert "<dd>Gemeente Zilverdam</dd>" in found
        assert not re.search(r"<dd>\d{4}[ -]\d\d[ -]\d\d</dd>", found)


def test_the_auditor_sees_what_the_rules_of_another_day_would_say(api: Api, case: str) -> None:
    with Visitor(api, AUDITOR) as auditor:
        assert "uitkomst." not in auditor.read(f"/toezicht/besluiten/{case}")
        found = auditor.read(f"/toezicht/besluiten/{case}?op=2021-06-01")
        assert "Op 1 juni 2021:" in found
        assert auditor.get(f"/toezicht/besluiten/{case}?op=2026-02-31").status_code == 422


def test_a_case_that_does_not_exist_is_said_in_words(api: Api) -> None:
    with Visitor(api, AUDITOR) as auditor:
        assert "geen zaak met dit kenmerk" in auditor.read("/toezicht/besluiten?zaak=VA-1999")
        assert auditor.get("/toezicht/besluiten/VA-1999-000001").status_code == 404
        assert auditor.get("/toezicht/ketens/VA-1999-000001").status_code == 404
        assert auditor.get(f"/toezicht/ketens/person:{OFFICER.person}").status_code == 404


def test_who_opened_the_content_of_a_case_is_listed_by_name(api: Api, case: str) -> None:
    with Visitor(api, PRIVACY_OFFICER) as overseer:
        found = overseer.read("/toezicht/inzage")
        assert "Naam van officer-2" in found
        assert case in found


def test_a_chain_that_somebody_tampered_with_does_not_hold(serve: Serve) -> None:
    with serve() as api:
        reference = api.receive().rpartition("/")[2]
        with Visitor(api, AUDITOR) as auditor:
            assert "Deze keten klopt." in auditor.read(f"/toezicht/ketens/{reference}")
            with api.engine.begin() as connection:
                changed = text("UPDATE application SET office = 'alderman' WHERE id = :id")
                connection.execute(changed, {"id": reference})
            assert "Deze keten klopt niet" in auditor.read(f"/toezicht/ketens/{reference}")
