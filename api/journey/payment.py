"""Payment, from the supplier's invoice to the last booking, with a different person for each duty."""

import csv
import io
from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from api.journey.case import HOME, HOUSEHOLD, NAME, Case, euros
from api.journey.client import expect_problem, expect_success
from api.journey.several_roles import MultiRolePerson
from api.journey.transcript import UnexpectedError
from rules.core.roles import Role
from states.formats.demonstration_bank import report

PAYEE, IBAN = "Beveiliging Voorbeeld BV", "NL02ABNA0123456789"
VAT = Decimal("0.21")
CENT = Decimal("0.01")
NAMESPACE = b"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"


def invoice(case: Case, nets: Mapping[str, str]) -> dict[str, Any]:
    """Receive an invoice with a net amount per domain, check its totals, and return each employer's payable."""
    lines = []
    for measure in case.measures():
        net = Decimal(nets[measure["domain"]])
        vat = (net * VAT).quantize(CENT)
        amounts = {"net": str(net), "vatRate": "21", "vat": str(vat), "gross": str(net + vat)}
        lines.append({"measure": measure["id"], **amounts})
    body = {
        "application": case.reference,
        "number": f"F-{case.reference}",
        "dated": case.today.isoformat(),
        "payee": PAYEE,
        "iban": IBAN,
        "lines": lines,
    }
    whole = sum((Decimal(line["gross"]) for line in lines), Decimal(0))
    expect_success(case.client.for_employer(Role.FINANCE, case.employers[0]).post("/v1/payables", body))
    payables = {item["organisation"]: item for item in case.part("payables")}
    case.log.expect_equal("Who pays", sorted(payables), sorted(case.employers))
    parts = [Decimal(payables[employer]["gross"]) for employer in case.employers]
    case.log.expect_equal("The sum of the parts", sum(parts), whole)
    divided = "; ".join(f"{employer} pays {euros(payables[employer]['gross'])}" for employer in case.employers)
    case.log.line(f"The supplier's invoice F-{case.reference} of {euros(whole)} comes in: {divided}.")
    return payables


def approve(case: Case, payable: Mapping[str, Any], multi_role: MultiRolePerson, *, checks: bool) -> None:
    """Check and approve one payable; a person with several duties uses one of them and is refused the next.

    Args:
        case: the case of the payable.
        payable: the payable.
        multi_role: the person with several duties at one employer.
        checks: whether that person checks it, rather than approves it.
    """
    employer, key = payable["organisation"], payable["id"]
    own = multi_role.employer == employer
    case.carry_out(
        multi_role.finance if own and checks else case.client.for_employer(Role.FINANCE, employer), "check", subject=key
    )
    if own and checks:
        case.expect_refused(multi_role.approver, "approve", "conflict.four-eyes", subject=key)
    approver = multi_role.approver if own and not checks else case.client.for_employer(Role.APPROVER, employer)
    case.carry_out(approver, "approve", subject=key)
    case.log.line(f"{key} is checked, and approved by another person.")


def batch_of(case: Case, payable: Mapping[str, Any]) -> dict[str, Any]:
    """Return a batch with the payable: a new one, or one that the engine has just built.

    Raises:
        UnexpectedError: no batch contains the payable.
    """
    employer = payable["organisation"]
    finance = case.client.for_employer(Role.FINANCE, employer)
    answer = finance.post("/v1/payment-batches", {"employer": employer})
    for batch in finance.get("/v1/payment-batches")["items"]:
        if any(line["payable"] == payable["id"] and line["counts"] for line in batch["lines"]):
            found: dict[str, Any] = batch
            others = found["count"] - 1
            more = f", and {others} of other cases" if others else ""
            case.log.line(f"{found['id']} contains it{more}: {euros(found['total'])} for {employer}.")
            return found
    raise UnexpectedError("The batches", expected=f"one with {payable['id']}", found=answer.status_code)


def pay(case: Case, payable: Mapping[str, Any], multi_role: MultiRolePerson) -> None:
    """Batch, seal, release and export the payable, then import the bank's answers."""
    employer = payable["organisation"]
    finance, releaser = (case.client.for_employer(role, employer) for role in (Role.FINANCE, Role.RELEASER))
    batch = batch_of(case, payable)["id"]
    address = f"/v1/payment-batches/{batch}"
    case.carry_out(finance, "seal", subject=batch)
    if multi_role.employer == employer:
        case.expect_refused(multi_role.releaser, "release", "payable.four-eyes-in-batch", subject=batch)
    unreleased = finance.send("GET", f"{address}/pain001", headers={})
    expect_problem(unreleased, 409, "batch.file-leaves-once-exported")
    case.carry_out(releaser, "release", subject=batch)
    case.carry_out(finance, "export", subject=batch)
    orders = [finance.get_response(f"{address}/pain001") for _ in range(2)]
    order = orders[0].content
    log = case.log
    log.expect(orders[1].content == order, f"The file of {batch}", expected="the same bytes twice", found="others")
    log.expect(NAMESPACE in order, f"The file of {batch}", expected=NAMESPACE.decode(), found="another format")
    leaked = [text for text in (NAME, HOME, HOUSEHOLD) if text.encode() in order]
    log.expect(not leaked, f"The file of {batch}", expected="nothing of the applicant", found=f"{len(leaked)} of it")
    log.line(f"Sealed, released by a third person and exported: SHA-256 {orders[0].headers['X-Content-SHA256']}.")
    log.keep(f"{batch}.pain.001.001.09.xml", order)
    accepted = report(order, told_on=case.today, status="ACSC")
    log.keep(f"{batch}.pain.002.xml", accepted)
    answered = expect_success(finance.file("/v1/bank-messages", accepted)).json()
    log.expect_equal("What the bank says of the order", finance.get(address)["bankStatus"], "ACSC")
    log.expect_equal("The kind of the bank's answer", answered["kind"], "pain.002")
    states = {item["id"]: item["state"] for item in case.part("payables")}
    log.expect_equal(f"The state of {payable['id']} once the bank accepted it", states[payable["id"]], "batched")
    log.line("The bank's pain.002 says that it carried the order out; that is not paid yet.")
    statement = case.statement(employer)
    log.keep(f"{batch}.camt.053.xml", statement)
    taken = expect_success(finance.file("/v1/bank-messages", statement)).json()
    unmatched = [entry["position"] for entry in taken["entries"] if not entry["matched"]]
    log.expect_equal("Entries of the statement that match nothing", unmatched, [])
    again = finance.file("/v1/bank-messages", statement)
    log.expect_equal("The same statement again", (again.status_code, again.json().get("again")), (200, True))
    states = {item["id"]: item["state"] for item in case.part("payables")}
    log.expect_equal(f"The state of {payable['id']}", states[payable["id"]], "paid")
    log.line(f"The bank's camt.053 books it, entries: {len(taken['entries'])}. The same file again changes nothing.")


def book(case: Case, employer: str) -> None:
    """Complete the evidence, book, and check the journal."""
    finance = case.client.for_employer(Role.FINANCE, employer)
    own = [item for item in case.part("bookings") if item["organisation"] == employer]
    case.log.expect(bool(own), f"The bookings of {employer}", expected="at least one", found="none")
    for item in own:
        if item["state"] == "awaiting-evidence":
            case.carry_out(finance, "complete-evidence", subject=item["id"])
        case.carry_out(finance, "book", subject=item["id"])
    answer = finance.get_response("/v1/bookings", format="csv")
    sums = balances(answer.text)
    uneven = sorted({key for (key, _), (debit, credit) in sums.items() if debit != credit})
    case.log.expect_equal("Bookings whose debit and credit differ", uneven, [])
    for item in own:
        for part in ("payment", "cost"):
            found = sums.get((item["id"], part), ())[:1]
            case.log.expect_equal(f"The {part} in the journal of {item['id']}", found, (Decimal(item["amount"]),))
        designated = f"{item['taxClass']} under {item['designation']}"
        case.log.line(f"{employer} books {euros(item['amount'])} as {designated}; debit and credit are equal.")
    case.log.keep(f"{case.reference}-{employer}.bookings.csv", answer.content)


def balances(journal: str) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    """Return debit and credit of each part of every booking in a journal."""
    found: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
    for row in csv.DictReader(io.StringIO(journal)):
        key = row["booking"], row["part"]
        debit, credit = found.get(key, (Decimal(0), Decimal(0)))
        found[key] = (debit + Decimal(row["debit"]), credit + Decimal(row["credit"]))
    return found


def close(case: Case) -> None:
    """Close the case and check the hash chain of its ledger."""
    case.expect_stage("booking")
    case.carry_out(case.officer, "close")
    case.expect_stage("closed")
    entries = case.part("history")
    for before, after in pairwise(entries):
        case.log.expect_equal(f"What entry {after['seq']} rests on", after["previous"], before["hash"])
    case.log.line(
        f"{case.reference} is closed, with {len(entries)} entries in its ledger, each linked to the previous one."
    )


def settle(case: Case, nets: Mapping[str, str], *, checks: bool) -> None:
    """Take the case from the invoice to closed."""
    payables = invoice(case, nets)
    first = case.employers[0]
    with MultiRolePerson(case.client, first) as multi_role:
        for employer in case.employers:
            approve(case, payables[employer], multi_role, checks=checks)
        for employer in case.employers:
            pay(case, payables[employer], multi_role)
    for employer in case.employers:
        book(case, employer)
    close(case)
