"""Measures after office: ended with it, kept for a promise, or let go."""

from typing import Any

from rules.core.regulation import ProvisionForm
from rules.procedure import life_events
from states.charts.measure import MeasureState
from states.engine.bodies import Body, Day
from states.engine.event import EventContext
from states.events.provision.measures import MeasureEvent, Reasons, settle_if_paid
from states.events.provision.spending import periods_of
from states.tables.application import Measure


class OfficeEnd(Body):
    """The last day of the office, and the day that it corrects, if there was a wrong one."""

    ended_on: Day
    instead_of: Day | None = None


class EndWithOffice(MeasureEvent[OfficeEnd]):
    """End a measure with the office: recurring costs end, lent goods are due back, a person decides on the rest."""

    name, title, body = "end-with-office", "End a measure with the office", OfficeEnd

    def apply(self, context: EventContext[Measure], body: OfficeEnd) -> None:
        """Bring the end forward, never back; an invoice that reaches that day is the last one."""
        row = context.row
        if not (row.recurring or row.form is ProvisionForm.LENT):
            return
        if body.instead_of is not None and row.ends_on == body.instead_of < body.ended_on:
            row.ends_on, row.invoiced = body.ended_on, row.invoiced and not row.recurring
            if row.recurring and row.state is MeasureState.SETTLED:
                context.trigger("measure", row, "unsettle")
            return
        row.ends_on = min(row.ends_on or body.ended_on, body.ended_on)
        if row.recurring and any(until >= row.ends_on for _, until in periods_of(context, row.id)):
            row.invoiced = True
        settle_if_paid(context, row)


class KeepAfterOffice(MeasureEvent[Reasons]):
    """Provide a measure after the office, because the employer had taken it over and keeps its promise."""

    name, title, body = "keep-after-office", "Provide a measure though the office ended", Reasons

    def validate(self, context: EventContext[Measure], body: Reasons) -> None:
        """The office has ended."""
        context.check(life_events.office_has_ended, office_ended_on=context.application().office_ended_on)

    def apply(self, context: EventContext[Measure], body: Reasons) -> None:
        """Mark the measure, so that the end of office does not prevent it."""
        context.row.kept_after_office = True

    def example(self, context: EventContext[Measure]) -> dict[str, Any] | None:
        """Reasons, if the office has ended and the measure is not kept yet."""
        if context.application().office_ended_on is None or context.row.kept_after_office:
            return None
        return {"reasons": "The threat goes on after the office; the work was agreed before it ended."}


class LetGo(MeasureEvent[Reasons]):
    """Let a measure go, because the office ended before it was provided."""

    name, title, body = "let-go", "Let a measure go with the office", Reasons

    def validate(self, context: EventContext[Measure], body: Reasons) -> None:
        """The office has ended."""
        context.check(life_events.office_has_ended, office_ended_on=context.application().office_ended_on)

    def example(self, context: EventContext[Measure]) -> dict[str, Any] | None:
        """Reasons, if the office has ended."""
        if context.application().office_ended_on is None:
            return None
        return {"reasons": "The office ended before anything was ordered."}
