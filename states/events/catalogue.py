"""Catalogue of every event by (chart, event); importing the modules registers them."""

from states.charts.advice import DOMAIN_ADVICE
from states.charts.application import APPLICATION
from states.charts.batch import BATCH
from states.charts.booking import BOOKING
from states.charts.loan import LOAN
from states.charts.measure import MEASURE
from states.charts.objection import OBJECTION
from states.charts.payable import PAYABLE
from states.charts.people import ORGANISATION, PERSON
from states.charts.statechart import Chart
from states.charts.takeover import TAKEOVER
from states.engine.event import EVENTS
from states.events.application import (
    advice,
    content_access,
    corrections,
    domains,
    handlers,
    intake,
    joining,
    life_events,
    lifecycle,
    receipt,
    refusal,
    suspensions,
    threats,
)
from states.events.objections import filing, handling, outcomes
from states.events.payments import (
    accounting_periods,
    approval,
    bank_entries,
    bank_reports,
    batches,
    booking_evidence,
    bookings,
    credit_notes,
    invoice_documents,
    invoice_matching,
    invoices,
    late_interest,
    part_payments,
    payable_rejection,
    payables,
    statements,
)
from states.events.provision import (
    late_decision_penalty,
    loan_requests,
    loans,
    measures,
    measures_after_office,
    takeovers,
)
from states.events.registry import duties, letter_preferences, mergers, registration, work_arrangements

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
    receipt,
    intake,
    advice,
    content_access,
    refusal,
    threats,
    corrections,
    suspensions,
    lifecycle,
    life_events,
    joining,
    domains,
    handlers,
    takeovers,
    late_decision_penalty,
    measures,
    measures_after_office,
    invoices,
    invoice_matching,
    payables,
    payable_rejection,
    approval,
    late_interest,
    part_payments,
    credit_notes,
    invoice_documents,
    batches,
    bookings,
    booking_evidence,
    accounting_periods,
    registration,
    duties,
    bank_reports,
    statements,
    bank_entries,
    work_arrangements,
    letter_preferences,
    mergers,
    loan_requests,
    loans,
    filing,
    handling,
    outcomes,
)
"""The modules with events, in the order of a case."""

__all__ = ["CHARTS", "EVENTS", "MODULES"]
