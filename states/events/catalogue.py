"""Every event of every chart, by (chart, event); importing this room's modules registers them."""

from states.charts.advice import DOMAIN_ADVICE
from states.charts.application import APPLICATION
from states.charts.batch import BATCH
from states.charts.booking import BOOKING
from states.charts.chart import Chart
from states.charts.loan import LOAN
from states.charts.measure import MEASURE
from states.charts.objection import OBJECTION
from states.charts.payable import PAYABLE
from states.charts.registry import ORGANISATION, PERSON
from states.charts.takeover import TAKEOVER
from states.events import (
    application_advice,
    application_intake,
    application_joining,
    application_life,
    application_receipt,
    application_refusal,
    application_terms,
    application_threats,
    application_turns,
    approving,
    batches,
    bookings,
    books,
    credit_notes,
    domains,
    invoice_documents,
    invoices,
    late_interest,
    loan_requests,
    loans,
    matching,
    measures,
    mergers,
    objection_handling,
    objection_outcomes,
    objections,
    part_payments,
    payables,
    people_at_work,
    people_letters,
    registry,
    reports,
    statements,
    takeovers,
)
from states.events.event import EVENTS

CHARTS: dict[str, Chart] = {
    chart.name: chart
    for chart in (
        APPLICATION,
        DOMAIN_ADVICE,
        TAKEOVER,
        MEASURE,
        PAYABLE,
        BATCH,
        BOOKING,
        ORGANISATION,
        PERSON,
        LOAN,
        OBJECTION,
    )
}

MODULES = (
    application_receipt,
    application_intake,
    application_advice,
    application_refusal,
    application_threats,
    application_terms,
    application_life,
    application_turns,
    application_joining,
    domains,
    takeovers,
    measures,
    invoices,
    matching,
    payables,
    approving,
    late_interest,
    part_payments,
    credit_notes,
    invoice_documents,
    batches,
    bookings,
    books,
    registry,
    reports,
    statements,
    people_at_work,
    people_letters,
    mergers,
    loan_requests,
    loans,
    objections,
    objection_handling,
    objection_outcomes,
)
"""Where the events stand, in the order of the way."""

__all__ = ["CHARTS", "EVENTS", "MODULES"]
