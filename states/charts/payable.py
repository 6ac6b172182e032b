"""One employer's part of an invoice or advance."""

from enum import StrEnum

from statemachine.states import States

from states.charts.chart import StrictChart, decided


class PayableState(StrEnum):
    """How far one payable is; only a bank's booking makes it paid, and a return makes it unpaid again."""

    RECEIVED = "received"
    CHECKED = "checked"
    APPROVED = "approved"
    BATCHED = "batched"
    PAID = "paid"
    RETURNED = "returned"
    REJECTED = "rejected"


class PayableChart(StrictChart):
    """One payable; four eyes stand between checked and approved."""

    _ = States.from_enum(PayableState, initial=PayableState.RECEIVED, final=[PayableState.REJECTED])

    check = _.RECEIVED.to(_.CHECKED)
    approve = _.CHECKED.to(_.APPROVED) | _.RETURNED.to(_.APPROVED)
    reject = _.RECEIVED.to(_.REJECTED) | _.CHECKED.to(_.REJECTED) | _.RETURNED.to(_.REJECTED)
    reject_with_invoice = (
        _.RECEIVED.to(_.REJECTED) | _.CHECKED.to(_.REJECTED) | _.APPROVED.to(_.REJECTED) | _.RETURNED.to(_.REJECTED)
    )
    batch = _.APPROVED.to(_.BATCHED)
    unbatch = _.BATCHED.to(_.APPROVED)
    pay = _.BATCHED.to(_.PAID) | _.RETURNED.to(_.PAID)
    bounce = _.PAID.to(_.RETURNED) | _.BATCHED.to(_.RETURNED)


PAYABLE = decided(
    "payable",
    PayableState,
    PayableChart,
    """
    # event              received checked approved batched paid returned rejected
    check                   >        x        x       x     x      x        x
    approve                 x        >        x       x     x      >        x
    reject                  >        >        x       x     x      >        x
    reject-with-invoice     >        >        >       x     x      >        x
    batch                   x        x        >       x     x      x        x
    unbatch                 x        x        x       >     x      x        x
    pay                     x        x        x       >     x      >        x
    bounce                  x        x        x       >     >      x        x
    fix-interest            x        x        x       x     =      x        x
    """,
)
