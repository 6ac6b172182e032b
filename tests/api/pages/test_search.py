"""Search in a browser: by name or reference, with the name in no address, for whoever may see the case."""

import pytest
from office import COORDINATOR, FINANCE, LAAGLAND, OFFICER, OTHER_OFFICER, person
from served import AUDITOR, MINISTRY, Api
from sqlmodel import Session, select
from visitor import Visitor

from rules.core.roles import Actor, Role
from states.tables.operations import KeptSearch

NAME = "Zoekbaarvoorbeeld"


@pytest.fixture(scope="module")
def case(api: Api) -> str:
    """The reference of a case of somebody with a name that nobody else has."""
    return api.receive(name=f"B. {NAME}").rpartition("/")[2]


def test_a_search_by_name_finds_the_case_and_puts_the_name_into_no_address(api: Api, case: str) -> None:
    with Visitor(api, OFFICER) as officer:
        answer = officer.send("/zoeken", name=NAME)
        assert answer.status_code == 303
        address = answer.headers["Location"]
        assert NAME.lower() not in address.lower()
        results = officer.read(address)
        assert f'href="/zaken/{case}"' in results
        assert "1 zaak" in results
        assert not [part for part in results.split('"') if part.startswith(("/", "?")) and NAME in part]
    with Session(api.engine) as session:
        kept = session.exec(select(KeptSearch)).all()
        assert kept
        assert not any(NAME.encode() in each.criteria or NAME in each.id for each in kept)


def test_going_back_to_the_results_finds_them_again(api: Api, case: str) -> None:
    with Visitor(api, OFFICER) as officer:
        address = officer.send("/zoeken", name=NAME).headers["Location"]
        first = officer.read(address)
        officer.read(f"/zaken/{case}")
        again = officer.read(address)
        assert f'href="/zaken/{case}"' in first
        assert f'href="/zaken/{case}"' in again
        assert f'value="{NAME}"' in again


def test_nobody_else_opens_the_results(api: Api, case: str) -> None:
    with Visitor(api, OFFICER) as officer, Visitor(api, OTHER_OFFICER) as other, Visitor(api, OFFICER) as elsewhere:
        address = officer.send("/zoeken", reference=case).headers["Location"]
        assert case in officer.read(address)
        for stranger in (other, elsewhere):
            answer = stranger.get(address)
            assert answer.status_code == 404
            assert case not in answer.text


def test_a_search_finds_nothing_that_the_searcher_may_not_see(api: Api, case: str) -> None:
    with Visitor(api, person(Role.EMPLOYER, LAAGLAND)) as stranger:
        results = stranger.follow(stranger.send("/zoeken", reference=case))
        assert "geen zaak gevonden" in results
        assert f'href="/zaken/{case}"' not in results


@pytest.mark.parametrize(
    ("by", "asked", "left_out"),
    [(OFFICER, {"name", "urgency"}, set()), (AUDITOR, {"urgency"}, {"name"}), (FINANCE, set(), {"name", "urgency"})],
)
def test_who_cannot_read_a_name_or_an_urgency_is_not_asked_for_it(
    api: Api, by: Actor, asked: set[str], left_out: set[str]
) -> None:
    with Visitor(api, by) as searcher:
        page = searcher.read("/zoeken")
        assert all(f'name="{field}"' in page for field in asked)
        assert not any(f'name="{field}"' in page for field in left_out)


def test_a_role_without_names_that_sends_one_all_the_same_finds_nobody(api: Api, case: str) -> None:
    with Visitor(api, AUDITOR) as auditor:
        assert f'href="/zaken/{case}"' not in auditor.follow(auditor.send("/zoeken", name=NAME))
    with Visitor(api, FINANCE) as finance:
        refused = finance.get(finance.send("/zoeken", urgency="acute").headers["Location"])
        assert refused.status_code == 403


def test_a_search_that_cannot_be_is_shown_again_with_what_was_typed(api: Api) -> None:
    with Visitor(api, OFFICER) as officer:
        answer = officer.send("/zoeken", reference="VA/2026", name=NAME)
        assert answer.status_code == 422
        assert 'href="#veld-reference"' in answer.text
        assert f'value="{NAME}"' in answer.text


def test_too_many_cases_are_shown_in_pages(api: Api) -> None:
    references = {api.receive().rpartition("/")[2] for _ in range(26)}
    with Visitor(api, COORDINATOR) as coordinator:
        address = coordinator.send("/zoeken", reference="VA-").headers["Location"]
        first = coordinator.read(address)
        assert "Er zijn meer zaken" in first
        more = next(part for part in first.split('"') if part.startswith("?cursor="))
        both = first + coordinator.read(f"{address}{more}")
        assert all(f'id="{reference}"' in both for reference in references)


def test_the_contact_at_the_ministry_sees_no_case_and_has_no_search(api: Api) -> None:
    with Visitor(api, MINISTRY) as ministry:
        assert ministry.get("/zoeken").status_code == 403
