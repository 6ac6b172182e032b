"""Payable chart: one employer's part of an invoice, advance or credit note."""

from enum import StrEnum

from statemachine.states import States

from states.charts.statechart import StrictChart, chart_from_grid


class PayableState(StrEnum):
    """The states of a payable; only a booking of the bank makes it paid, and a return makes it unpaid again."""

    TO_MATCH = "to-match"
    RECEIVED = "received"
    CHECKED = "checked"
    FIRST_APPROVED = "first-approved"
    APPROVED = "approved"
    BATCHED = "batched"
    PAID = "paid"
    RETURNED = "returned"
    REJECTED = "rejected"
    CREDIT = "credit"
    ASKED_BACK = "asked-back"
    OFFSET = "offset"
    REPAID = "repaid"


class PayableChart(StrictChart):
    """One payable; another person approves what was checked, two above a limit; a credit never goes to the bank.

    It begins as to match; an invoice that names its measures begins as received.
    """

    _ = States.from_enum(
        PayableState,
        initial=PayableState.TO_MATCH,
        final=[PayableState.REJECTED, PayableState.OFFSET, PayableState.REPAID],
    )

    match = _.TO_MATCH.to(_.RECEIVED)
    check = _.RECEIVED.to(_.CHECKED)
    approve = (
        _.CHECKED.to(_.FIRST_APPROVED, cond="second_needed")
        | _.CHECKED.to(_.CREDIT, cond="is_credit", unless="second_needed")
        | _.CHECKED.to(_.APPROVED, unless=["second_needed", "is_credit"])
        | _.RETURNED.to(_.FIRST_APPROVED, cond="second_needed")
        | _.RETURNED.to(_.APPROVED, unless="second_needed")
    )
    approve_second = _.FIRST_APPROVED.to(_.CREDIT, cond="is_credit") | _.FIRST_APPROVED.to(
        _.APPROVED, unless="is_credit"
    )
    reject = (
        _.TO_MATCH.to(_.REJECTED)
        | _.RECEIVED.to(_.REJECTED)
        | _.CHECKED.to(_.REJECTED)
        | _.FIRST_APPROVED.to(_.REJECTED)
        | _.APPROVED.to(_.REJECTED)
        | _.RETURNED.to(_.REJECTED)
        | _.CREDIT.to(_.REJECTED)
    )
    reject_with_invoice = (
        _.RECEIVED.to(_.REJECTED)
        | _.CHECKED.to(_.REJECTED)
        | _.FIRST_APPROVED.to(_.REJECTED)
        | _.APPROVED.to(_.REJECTED)
        | _.RETURNED.to(_.REJECTED)
        | _.CREDIT.to(_.REJECTED)
    )
    batch = _.APPROVED.to(_.BATCHED)
    unbatch = _.BATCHED.to(_.APPROVED)
    pay = _.APPROVED.to(_.PAID) | _.BATCHED.to(_.PAID) | _.RETURNED.to(_.PAID)
    bounce = _.PAID.to(_.RETURNED) | _.BATCHED.to(_.RETURNED)
    offset = _.APPROVED.to(_.OFFSET) | _.CREDIT.to(_.OFFSET)
    ask_back = _.CREDIT.to(_.ASKED_BACK)
    record_repayment = _.ASKED_BACK.to(_.REPAID)

    def second_needed(self, second_needed: bool = False) -> bool:
        """Whether the amount needs a second approver."""
        return second_needed

    def is_credit(self, is_credit: bool = False) -> bool:
        """Whether it is a credit note, which is settled or asked back and never paid."""
        return is_credit


PAYABLE = chart_from_grid(
    "payable",
    PayableState,
    PayableChart,
    """
    # event             to-match received checked first approved batched paid returned rejected credit asked offset back
    match                   >       x        x      x      x        x      x      x        x       x     x      x      x
    check                   x       >        x      x      x        x      x      x        x       x     x      x      x
    approve                 x       x        >      x      x        x      x      >        x       x     x      x      x
    approve-second          x       x        x      >      x        x      x      x        x       x     x      x      x
    reject                  >       >        >      >      >        x      x      >        x       >     x      x      x
    reject-with-invoice     x       >        >      >      >        x      x      >        x       >     x      x      x
    pay-in-parts            x       =        =      =      =        x      x      x        x       x     x      x      x
    batch                   x       x        x      x      >        x      x      x        x       x     x      x      x
    unbatch                 x       x        x      x      x        >      x      x        x       x     x      x      x
    pay                     x       x        x      x      >        >      x      >        x       x     x      x      x
    bounce                  x       x        x      x      x        >      >      x        x       x     x      x      x
    offset                  x       x        x      x      >        x      x      x        x       >     x      x      x
    ask-back                x       x        x      x      x        x      x      x        x       >     x      x      x
    record-repayment        x       x        x      x      x        x      x      x        x       x     >      x      x
    add-document            =       =        =      =      =        =      =      =        x       =     =      =      =
    fix-interest            x       x        x      x      x        x      =      x        x       x     x      x      x
    """,
)
SETTLED = frozenset({PayableState.PAID, PayableState.REJECTED, PayableState.OFFSET, PayableState.REPAID})
"""The states in which the application no longer waits for a payable."""
