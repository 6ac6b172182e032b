"""The advice over four domains: assessed by the adviser, adopted or returned by the security authority."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from rules.core import date_rules
from rules.core.regulation import BASES_OF, Domain, LegalBasis, ProvisionForm
from rules.core.translations import BarredAct, DatedFact, EarlierFact
from rules.procedure import advice, certificates, eligibility, life_events
from states.charts.advice import DomainState
from states.charts.application import Stage
from states.charts.measure import MEASURE, MeasureState
from states.engine.bodies import Amount, Body, Code, Day, Handle, Text
from states.engine.event import EventContext
from states.engine.past_acts import check_four_eyes
from states.events.application.base import ApplicationEvent
from states.tables.application import Application, DomainAdvice, Measure


class ProposedMeasure(Body):
    """A measure as the adviser proposes it."""

    legal_basis: LegalBasis
    form: ProvisionForm
    description: Text
    estimate: Amount
    """Euros including VAT."""
    recurring: bool = False
    ends_on: Day | None = None
    payer: Handle | None = None
    """The one employer to which it is attributed; all employers in equal parts where it is left out."""


class Assessment(Body):
    """The advice in one domain: what was found, and the measures, if any are needed."""

    domain: Domain
    needed: bool
    finding: Text
    measures: tuple[ProposedMeasure, ...] = Field(default=(), max_length=40)


def domains(context: EventContext[Application]) -> list[DomainAdvice]:
    """The advice in each domain of the present version."""
    return context.rows(
        DomainAdvice,
        DomainAdvice.stream == context.row.id,
        DomainAdvice.advice_version == context.row.advice_version,
        order=DomainAdvice.domain,
    )


def measures(context: EventContext[Application], *states: MeasureState) -> list[Measure]:
    """The measures of an application in some states."""
    return context.rows(Measure, Measure.stream == context.row.id, Measure.state.in_(states))  # type: ignore[attr-defined]


def named(context: EventContext[Application], domain: Domain) -> DomainAdvice | None:
    """The advice in one domain of the present version; asks the rule that it has one."""
    found = {str(row.domain): row for row in domains(context)}
    version = context.row.advice_version
    context.check(life_events.domain_in_version, domain=str(domain), version=version, domains=list(found))
    return found.get(str(domain))


class BeginAdvice(ApplicationEvent[Body]):
    """The adviser begins to write."""

    name, title = "begin-advice", "Begin the advice"

    def validate(self, context: EventContext[Application], body: Body) -> None:
        """Not the own case."""


class AssessDomain(ApplicationEvent[Assessment]):
    """One domain is assessed; assessing it again replaces its draft, the other domains keep theirs."""

    name, title, body = "assess-domain", "Assess one domain", Assessment

    def validate(self, context: EventContext[Application], body: Assessment) -> None:
        """The domain is open, and its measures rest on a basis that it knows."""
        row = named(context, body.domain)
        if row is not None:
            context.check(advice.domain_open, domain=str(body.domain), state=str(row.state))
        context.check(advice.measures_where_needed, needed=body.needed, measures=len(body.measures))
        employers = context.employers()
        for item in body.measures:
            context.check(certificates.basis_fits_domain, domain=body.domain, legal_basis=item.legal_basis)
            context.check(
                certificates.recurring_ends,
                recurring=item.recurring,
                ends_on=item.ends_on,
                office_until=context.row.in_office_until,
            )
            if item.payer is not None:
                context.check(eligibility.payer_is_employer, payer=item.payer, employers=employers)

    def apply(self, context: EventContext[Application], body: Assessment) -> None:
        """Replace the draft of this domain."""
        row = next(row for row in domains(context) if row.domain == body.domain)
        for old in measures(context, MeasureState.PROPOSED):
            if old.domain == body.domain:
                context.trigger("measure", old, "drop")
        context.trigger("domain-advice", row, "draft" if body.needed else "set-aside")
        for item in body.measures:
            context.trigger(
                "measure",
                None,
                "propose",
                application=context.row.id,
                domain=body.domain,
                advice_version=context.row.advice_version,
                **item.model_dump(),
            )

    def example(self, context: EventContext[Application]) -> dict[str, Any] | None:
        """The first domain that is still open, with one measure on its usual basis."""
        open_states = (DomainState.TO_ASSESS, DomainState.RETURNED)
        row = next((row for row in domains(context) if row.state in open_states), None)
        if row is None:
            return None
        basis = BASES_OF[row.domain][0]
        lent = basis in {LegalBasis.CAR, LegalBasis.ICT}
        return {
            "domain": str(row.domain),
            "needed": True,
            "finding": "The present state was inspected; one measure brings the risk down.",
            "measures": [
                {
                    "legalBasis": str(basis),
                    "form": str(ProvisionForm.LENT if lent else ProvisionForm.PROVIDED),
                    "description": "One measure as described in the enclosed advice.",
                    "estimate": "1210.00",
                },
            ],
        }


class SubmitAdvice(ApplicationEvent[Body]):
    """The advice goes to the security authority of the ministry (BVA)."""

    name, title = "submit-advice", "Submit the advice to the security authority"

    def validate(self, context: EventContext[Application], body: Body) -> None:
        """Every domain is drafted, set aside, or was adopted before."""
        done = {DomainState.DRAFTED, DomainState.NOT_NEEDED, DomainState.SUBMITTED, DomainState.ADOPTED}
        waiting = [str(row.domain) for row in domains(context) if row.state not in done]
        context.check(advice.every_domain_assessed, open_domains=waiting)

    def apply(self, context: EventContext[Application], body: Body) -> None:
        """Submit what is not with the authority yet."""
        for row in domains(context):
            if row.state in {DomainState.DRAFTED, DomainState.NOT_NEEDED}:
                context.trigger("domain-advice", row, "submit")


class Return(Body):
    """Which domain goes back, and why."""

    domain: Domain
    reasons: Text


class ReturnAdvice(ApplicationEvent[Return]):
    """The security authority returns one domain; the others keep what they have."""

    name, title, body = "return-advice", "Return one domain to the adviser", Return

    def validate(self, context: EventContext[Application], body: Return) -> None:
        """Only what was submitted goes back."""
        row = named(context, body.domain)
        if row is not None:
            context.check(advice.domain_submitted, domain=str(body.domain), state=str(row.state))

    def apply(self, context: EventContext[Application], body: Return) -> None:
        """Send it back."""
        row = next(row for row in domains(context) if row.domain == body.domain)
        context.trigger("domain-advice", row, "send-back")

    def example(self, context: EventContext[Application]) -> dict[str, Any] | None:
        """The first domain that was submitted, the home before others."""
        found = [str(row.domain) for row in domains(context) if row.state is DomainState.SUBMITTED]
        if not found:
            return None
        domain = "home" if "home" in found else found[0]
        return {"domain": domain, "reasons": "The risk in this domain is not yet described."}


class Adoption(Body):
    """The adoption: when, and on which analyses it rests (REG x.9(4))."""

    adopted_on: Day
    threat_analysis: Code
    home_assessment: Code


class AdoptAdvice(ApplicationEvent[Adoption]):
    """The security authority adopts the advice; only this unlocks the takeover."""

    name, title, body = "adopt-advice", "Adopt the advice", Adoption

    def validate(self, context: EventContext[Application], body: Adoption) -> None:
        """A day that can be, by someone who did not write it."""
        context.check(date_rules.not_in_future, what=DatedFact.ADOPTION, day=body.adopted_on, on=context.on)
        context.check(
            date_rules.not_before,
            what=DatedFact.ADOPTION,
            day=body.adopted_on,
            earlier=EarlierFact.INTERVIEW,
            earliest=context.row.interview_held_on,
        )
        check_four_eyes(context, "application", "adopt-advice", BarredAct.ADOPT)

    def conditions(self, context: EventContext[Application], body: Adoption) -> Mapping[str, bool]:
        """Whether the advice holds a measure at all, in this version or in one before it that still stands."""
        live = set(MeasureState) - {MeasureState(state) for state in MEASURE.final}
        return {"measures_advised": bool(measures(context, *live))}

    def apply(self, context: EventContext[Application], body: Adoption) -> None:
        """Advise every measure, and ask every employer to take over."""
        row = context.row
        row.adopted_on = body.adopted_on
        row.threat_analysis, row.home_assessment = body.threat_analysis, body.home_assessment
        for domain in domains(context):
            if domain.state is DomainState.SUBMITTED:
                context.trigger("domain-advice", domain, "adopt")
        advised = measures(context, MeasureState.PROPOSED)
        for measure in advised:
            context.trigger("measure", measure, "advise")
        if row.state is Stage.NO_MEASURES:
            row.ended_on = context.on
        for employer in context.employers() if advised else ():
            context.trigger(
                "takeover",
                None,
                "request",
                application=row.id,
                organisation=employer,
                advice_version=row.advice_version,
                requested_on=context.on,
            )

    def example(self, context: EventContext[Application]) -> dict[str, Any]:
        """Today, with references."""
        return {
            "adoptedOn": context.on.isoformat(),
            "threatAnalysis": "TA-2026-001",
            "homeAssessment": "HA-2026-001",
        }
