"""Texts of a case: each thing keeps its own, and each reader finds those that the need to know allows."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from office import ADVISER, AUTHORITY, COORDINATOR, EMPLOYER, FINANCE, OFFICER, OTHER_OFFICER
from served import ADMINISTRATOR, AUDITOR, PRIVACY_OFFICER, Api

from rules.core.roles import Actor, Role

DOMAINS = ("digital", "home", "travel", "work")
FIRST_DRAFT, REMARK = "First draft Okapi", "The authority remarks Narwhal"
POLICE_WORDS, OWN_WORDS = "The police heard Axolotl", "He shouted Tapir"
NOTES, AMENDED = "First notes Ocelot", "Amended notes Ocelot"
LOWERED, REVISED, OPENED = "Reasons to lower Kinkajou", "Reasons to revise Pangolin", "A reason to open Quoll"
WORKERS = (OFFICER, ADVISER, AUTHORITY, COORDINATOR, PRIVACY_OFFICER)
OTHER_ADVISER = Actor("adviser-2", Role.ADVISER)


def finding(version: int, domain: str) -> str:
    """The planted finding on one domain of one version."""
    return f"Finding {version} on {domain} Quokka"


class Case:
    """A case whose texts are planted."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.address = api.receive()
        self.official = Actor(api.read(self.address)["applicant"], Role.APPLICANT)

    def fire(self, event: str, by: Actor, **body: Any) -> dict[str, Any]:
        """Fire one event on the application."""
        answer = self.api.post(f"{self.address}/actions/{event}", by, body, match="*")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def act(self, event: str, **changes: Any) -> None:
        """Carry an event out as proposed, with other words."""
        self.api.act(self.address, event, **changes)

    def assess(self, version: int) -> None:
        """Assess every open domain, each with a finding and a measure of its own."""
        while (action := self.api.action(self.address, "assess-domain"))["example"]:
            example = dict(action["example"])
            words = finding(version, example["domain"])
            measures = [{**each, "description": f"Measure of {words}"} for each in example["measures"]]
            self.act("assess-domain", finding=words, measures=measures)

    def read(self, by: Actor, query: str = "") -> Mapping[str, Any]:
        """Return the case as a reader sees it."""
        return dict(self.api.read(f"{self.address}{query}", by))


def texts(found: Iterable[Mapping[str, Any]]) -> list[str]:
    """The texts of a list."""
    return [str(each["text"]) for each in found]


def findings(shown: Mapping[str, Any], version: int) -> dict[str, list[str]]:
    """The findings of one version by domain, every draft of them."""
    found = [each for each in shown["advice"]["versions"] if each["version"] == version]
    return {domain["domain"]: texts(domain["findings"]) for each in found for domain in each["domains"]}


@pytest.fixture(scope="module")
def drafted(api: Api) -> Case:
    """Prepare a case whose advice was returned once and lies with the authority again, not yet adopted."""
    case = Case(api)
    case.act("start-intake")
    case.fire("record-threat", OFFICER, kind="subversion", source="police", details=POLICE_WORDS)
    case.fire("record-threat", case.official, kind="intimidation", source="applicant", details=OWN_WORDS)
    case.act("lower-urgency", reasons=LOWERED)
    case.act("plan-interview", adviser=ADVISER.person)
    case.act("hold-interview", notes=NOTES)
    case.act("amend-interview", notes=AMENDED)
    case.act("begin-advice")
    example = api.action(case.address, "assess-domain")["example"]
    assert example["domain"] == "digital"
    case.act("assess-domain", finding=FIRST_DRAFT, needed=False, measures=[])
    case.assess(1)
    case.act("submit-advice")
    case.fire("return-advice", AUTHORITY, domain="digital", reasons=REMARK)
    case.act("assess-domain", finding=finding(1, "digital"))
    case.act("submit-advice")
    return case


@pytest.fixture(scope="module")
def adopted(api: Api) -> Case:
    """Prepare a case whose advice was adopted and is being revised: the second version is a draft."""
    case = Case(api)
    case.act("start-intake")
    case.act("plan-interview", adviser=ADVISER.person)
    case.act("hold-interview")
    case.act("begin-advice")
    case.assess(1)
    case.act("submit-advice")
    case.act("adopt-advice")
    case.fire("record-threat", COORDINATOR, kind="property-damage", source="employer")
    case.act("revise-advice", domains=["home", "work"], reasons=REVISED)
    case.assess(2)
    return case


@pytest.mark.parametrize("by", WORKERS, ids=str)
def test_each_domain_keeps_its_own_finding_and_every_draft_of_it(drafted: Case, by: Actor) -> None:
    expected = {domain: [finding(1, domain)] for domain in DOMAINS}
    assert findings(drafted.read(by), 1) == {**expected, "digital": [FIRST_DRAFT, finding(1, "digital")]}


@pytest.mark.parametrize("by", WORKERS, ids=str)
def test_a_second_threat_leaves_the_words_of_the_first(drafted: Case, by: Actor) -> None:
    assert [each["details"] for each in drafted.read(by)["signals"]] == [POLICE_WORDS, OWN_WORDS]


@pytest.mark.parametrize("by", WORKERS, ids=str)
def test_notes_reasons_and_remarks_stand_with_what_they_are_about(drafted: Case, by: Actor) -> None:
    shown = drafted.read(by)
    assert texts(shown["interview"]["notes"]) == [NOTES, AMENDED]
    assert [(each["event"], each["text"]) for each in shown["reasons"]] == [("lower-urgency", LOWERED)]
    (version,) = shown["advice"]["versions"]
    assert {each["domain"]: texts(each["remarks"]) for each in version["domains"]}["digital"] == [REMARK]


def test_the_official_reads_no_draft_no_remark_and_no_signal_of_others_before_adoption(drafted: Case) -> None:
    shown = drafted.read(drafted.official)
    assert [each["details"] for each in shown["signals"]] == [OWN_WORDS]
    assert texts(shown["interview"]["notes"]) == [NOTES, AMENDED]
    everything = "".join(
        drafted.api.get(f"{drafted.address}{part}", drafted.official).text
        for part in ("", "/history", "/decisions", "/measures", "/actions", "/priority", "?asOf=2099-01-01T00:00:00Z")
    )
    for words in ("Quokka", FIRST_DRAFT, REMARK, POLICE_WORDS, LOWERED, "subversion"):
        assert words not in everything, words
    assert drafted.api.read(f"{drafted.address}/measures", drafted.official)["items"] == []


def test_a_released_signal_is_the_officials_to_read(api: Api) -> None:
    case = Case(api)
    case.fire("record-threat", OFFICER, kind="stalking", source="police", details=POLICE_WORDS)
    assert case.read(case.official)["signals"] == []
    (signal,) = case.read(COORDINATOR)["signals"]
    case.fire("release-threat", OFFICER, signal=signal["id"])
    (shown,) = case.read(case.official)["signals"]
    assert (shown["kind"], shown["details"], shown["released"]) == ("stalking", POLICE_WORDS, True)
    again = api.post(f"{case.address}/actions/release-threat", OFFICER, {"signal": signal["id"]}, match="*")
    assert again.json()["findings"][0]["rule"] == "handoff.signal-held-back"


def test_the_official_reads_what_was_adopted_and_not_the_draft_of_its_revision(adopted: Case) -> None:
    shown = adopted.read(adopted.official)
    assert findings(shown, 1) == {domain: [finding(1, domain)] for domain in DOMAINS}
    assert findings(shown, 2) == {}
    assert texts(shown["reasons"]) == [REVISED]
    measures = adopted.api.read(f"{adopted.address}/measures", adopted.official)["items"]
    assert {each["description"] for each in measures} == {f"Measure of {finding(1, domain)}" for domain in DOMAINS}
    assert "Finding 2" not in adopted.api.get(f"{adopted.address}/history", adopted.official).text


def test_those_who_work_on_it_read_both_versions_apart(adopted: Case) -> None:
    shown = adopted.read(ADVISER)
    assert findings(shown, 1) == {domain: [finding(1, domain)] for domain in DOMAINS}
    assert findings(shown, 2) == {domain: [finding(2, domain)] for domain in ("home", "work")}
    assert [each["adopted"] for each in shown["advice"]["versions"]] == [True, False]


def test_the_past_shows_the_texts_of_then_to_those_who_may_read_them(api: Api) -> None:
    case = Case(api)
    before = api.read(case.address)["changedAt"]
    case.fire("record-threat", OFFICER, kind="stalking", source="police", details=POLICE_WORDS)
    assert case.read(COORDINATOR, f"?asOf={before}")["signals"] == []
    assert case.read(COORDINATOR, f"?asOf={before}")["dwellings"] != []
    assert [each["details"] for each in case.read(COORDINATOR)["signals"]] == [POLICE_WORDS]
    assert case.read(AUDITOR, f"?asOf={before}")["dwellings"] == []


@pytest.mark.parametrize("by", [OTHER_OFFICER, EMPLOYER, FINANCE, AUDITOR, ADMINISTRATOR], ids=str)
def test_nobody_else_reads_any_text(adopted: Case, by: Actor) -> None:
    shown = adopted.read(by)
    assert (shown["contact"], shown["representativeContact"]) == (None, None)
    assert (shown["dwellings"], shown["statements"], shown["reasons"]) == ([], [], [])
    assert shown["interview"]["notes"] == []
    assert [domain["findings"] for each in shown["advice"]["versions"] for domain in each["domains"]] in ([], [[]] * 4)


def test_a_colleague_opens_the_content_with_a_reason_and_the_privacy_officer_is_told(drafted: Case) -> None:
    assert drafted.read(OTHER_OFFICER)["contact"] is None
    drafted.fire("open-content", OTHER_OFFICER, reasons=OPENED)
    shown = drafted.read(OTHER_OFFICER)
    assert shown["contact"]["name"]
    assert OPENED in texts(shown["reasons"])
    letters = drafted.api.read(f"{drafted.address}/letters", COORDINATOR)["items"]
    assert [each["recipient"] for each in letters if each["letter"] == "content-opened"] == [PRIVACY_OFFICER.person]


def test_content_comes_with_the_claim_of_work_and_goes_with_its_release(api: Api) -> None:
    case = Case(api)
    assert case.read(OTHER_OFFICER)["contact"] is None
    claimed = api.post("/v1/work-items/actions/claim", OTHER_OFFICER).json()["item"]
    held = f"/v1/applications/{claimed['application']}"
    assert api.read(held, OTHER_OFFICER)["contact"]["name"]
    assert api.post(f"/v1/work-items/{claimed['id']}/actions/release", OTHER_OFFICER).is_success
    assert api.read(held, OTHER_OFFICER)["contact"] is None


def test_the_officer_of_the_case_reads_its_content_and_no_other_officer_does(api: Api) -> None:
    case = Case(api)
    case.fire("start-intake", OFFICER)
    assert case.read(OFFICER)["contact"]["name"]
    assert case.read(OTHER_OFFICER)["contact"] is None


def test_an_invoice_leaves_no_payee_and_no_line_in_the_content_of_the_case(api: Api) -> None:
    case = Case(api)
    api.walk(case.address, before="match")
    shown = "".join(str(case.read(by)) for by in (*WORKERS, case.official, EMPLOYER))
    payables = api.read(f"{case.address}/payables", FINANCE)["items"]
    assert payables
    assert all(each["payee"] and each["payee"] not in shown and each["iban"] not in shown for each in payables)
