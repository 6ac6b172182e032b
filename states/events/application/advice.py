"""Advice over four domains: written by the adviser, adopted or returned by the security authority."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field
from sqlmodel import col

from rules.access.content_classes import ContentClass
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
    description: Annotated[Text, ContentClass.MEASURE]
    estimate: Amount
    """Euros including VAT."""
    recurring: bool = False
    ends_on: Day | None = None
    payer: Handle | None = None
    """The only employer that pays for it; left out, all employers pay in equal parts."""


class Assessment(Body):
    """The advice in one domain: the findings, and the measures if any are needed."""

    domain: Annotated[Domain, ContentClass.MEASURE_FACTS]
    needed: bool
    finding: Annotated[Text, ContentClass.ADVICE]
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
    """The measures of an application that are in one of some states."""
    return context.rows(Measure, Measure.stream == context.row.id, col(Measure.state).in_(states))


def named(context: EventContext[Application], domain: Domain) -> DomainAdvice | None:
    """The advice in a named domain of the present version; the rule objects if there is none."""
    found = {str(row.domain): row for row in domains(context)}
    version = context.row.advice_version
    context.check(life_events.domain_in_version, domain=str(domain), version=version, domains=list(found))
    return found.get(str(domain))


class BeginAdvice(ApplicationEvent[Body]):
    """Begin writing the advice."""

    name, title = "begin-advice", "Begin the advice"

    def validate(self, context: EventContext[Application], body: Body) -> None:
        """The adviser is not the applicant."""


class AssessDomain(ApplicationEvent[Assessment]):
    """Record the advice in one domain. Repeating it replaces the draft of that domain; other domains keep theirs."""

    name, title, body = "assess-domain", "Assess one domain", Assessment

    def validate(self, context: EventContext[Application], body: Assessment) -> None:
        """The domain is open, and each measure has a legal basis of that domain."""
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
        """The first open domain, with one measure on its usual legal basis."""
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
    """Submit the advice to the security authority of the ministry (BVA)."""

    name, title = "submit-advice", "Submit the advice to the security authority"

    def validate(self, context: EventContext[Application], body: Body) -> None:
        """Every domain is drafted, set aside, or was adopted before."""
        done = {DomainState.DRAFTED, DomainState.NOT_NEEDED, DomainState.SUBMITTED, DomainState.ADOPTED}
        waiting = [str(row.domain) for row in domains(context) if row.state not in done]
        context.check(advice.every_domain_assessed, open_domains=waiting)

    def apply(self, context: EventContext[Application], body: Body) -> None:
        """Submit the domains that are not with the authority yet."""
        for row in domains(context):
            if row.state in {DomainState.DRAFTED, DomainState.NOT_NEEDED}:
                context.trigger("domain-advice", row, "submit")


class Return(Body):
    """The domain to return, and the reasons."""

    domain: Annotated[Domain, ContentClass.MEASURE_FACTS]
    reasons: Annotated[Text, ContentClass.REVIEW]


class ReturnAdvice(ApplicationEvent[Return]):
    """Return one domain to the adviser; the other domains keep their state."""

    name, title, body = "return-advice", "Return one domain to the adviser", Return

    def validate(self, context: EventContext[Application], body: Return) -> None:
        """Only a submitted domain can be returned."""
        row = named(context, body.domain)
        if row is not None:
            context.check(advice.domain_submitted, domain=str(body.domain), state=str(row.state))

    def apply(self, context: EventContext[Application], body: Return) -> None:
        """Return the domain."""
        row = next(row for row in domains(context) if row.domain == body.domain)
        context.trigger("domain-advice", row, "send-back")

    def example(self, context: EventContext[Application]) -> dict[str, Any] | None:
        """The first submitted domain, the home before others."""
        found = [str(row.domain) for row in domains(context) if row.state is DomainState.SUBMITTED]
        if not found:
            return None
        domain = "home" if "home" in found else found[0]
        return {"domain": domain, "reasons": "The risk in this domain is not yet described."}


class Adoption(Body):
    """The adoption: its day and the analyses that it rests on (REG x.9(4))."""

    adopted_on: Day
    threat_analysis: Code
    home_assessment: Code


class AdoptAdvice(ApplicationEvent[Adoption]):
    """Adopt the advice as the security authority. Employers can take over only after this."""

    name, title, body = "adopt-advice", "Adopt the advice", Adoption

    def validate(self, context: EventContext[Application], body: Adoption) -> None:
        """The day is possible, and the person who adopts did not write the advice."""
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
        """Whether this version of the advice, or an earlier one that is still in force, holds a measure."""
        live = set(MeasureState) - {MeasureState(state) for state in MEASURE.final}
        return {"measures_advised": bool(measures(context, *live))}

    def apply(self, context: EventContext[Application], body: Adoption) -> None:
        """Advise every measure, and request the takeover from every employer."""
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
