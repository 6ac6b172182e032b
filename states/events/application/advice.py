"""The advice over four domains: assessed by the adviser, adopted or returned by the security authority."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from rules.core import date_rules
from rules.core.regulation import BASES_OF, Domain, LegalBasis, ProvisionForm
from rules.procedure import advice, certificates, eligibility, life_events, separation_of_duties
from states.charts.advice import DomainState
from states.charts.application import Stage
from states.charts.measure import MEASURE, MeasureState
from states.engine.bodies import Amount, Body, Code, Day, Handle, Text
from states.engine.event import Step
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


def domains(step: Step[Application]) -> list[DomainAdvice]:
    """The advice in each domain of the present version."""
    return step.rows(
        DomainAdvice,
        DomainAdvice.stream == step.row.id,
        DomainAdvice.advice_version == step.row.advice_version,
        order=DomainAdvice.domain,
    )


def measures(step: Step[Application], *states: MeasureState) -> list[Measure]:
    """The measures of an application in some states."""
    return step.rows(Measure, Measure.stream == step.row.id, Measure.state.in_(states))  # type: ignore[attr-defined]


def named(step: Step[Application], domain: Domain) -> DomainAdvice | None:
    """The advice in one domain of the present version; asks the rule that it has one."""
    found = {str(row.domain): row for row in domains(step)}
    version = step.row.advice_version
    step.ask(life_events.domain_in_version, domain=str(domain), version=version, domains=list(found))
    return found.get(str(domain))


class BeginAdvice(ApplicationEvent[Body]):
    """The adviser begins to write."""

    name, title = "begin-advice", "Begin the advice"

    def judge(self, step: Step[Application], body: Body) -> None:
        """Not the own case."""


class AssessDomain(ApplicationEvent[Assessment]):
    """One domain is assessed; assessing it again replaces its draft, the other domains keep theirs."""

    name, title, body = "assess-domain", "Assess one domain", Assessment

    def judge(self, step: Step[Application], body: Assessment) -> None:
        """The domain is open, and its measures rest on a basis that it knows."""
        row = named(step, body.domain)
        if row is not None:
            step.ask(advice.domain_open, domain=str(body.domain), state=str(row.state))
        step.ask(advice.measures_where_needed, needed=body.needed, measures=len(body.measures))
        employers = step.employers()
        for item in body.measures:
            step.ask(certificates.basis_fits_domain, domain=body.domain, legal_basis=item.legal_basis)
            step.ask(
                certificates.recurring_ends,
                recurring=item.recurring,
                ends_on=item.ends_on,
                office_until=step.row.in_office_until,
            )
            if item.payer is not None:
                step.ask(eligibility.payer_is_employer, payer=item.payer, employers=employers)

    def effect(self, step: Step[Application], body: Assessment) -> None:
        """Replace the draft of this domain."""
        row = next(row for row in domains(step) if row.domain == body.domain)
        for old in measures(step, MeasureState.PROPOSED):
            if old.domain == body.domain:
                step.follow("measure", old, "drop")
        step.follow("domain-advice", row, "draft" if body.needed else "set-aside")
        for item in body.measures:
            step.follow(
                "measure",
                None,
                "propose",
                application=step.row.id,
                domain=body.domain,
                advice_version=step.row.advice_version,
                **item.model_dump(),
            )

    def example(self, step: Step[Application]) -> dict[str, Any] | None:
        """The first domain that is still open, with one measure on its usual basis."""
        open_states = (DomainState.TO_ASSESS, DomainState.RETURNED)
        row = next((row for row in domains(step) if row.state in open_states), None)
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

    def judge(self, step: Step[Application], body: Body) -> None:
        """Every domain is drafted, set aside, or was adopted before."""
        done = {DomainState.DRAFTED, DomainState.NOT_NEEDED, DomainState.SUBMITTED, DomainState.ADOPTED}
        waiting = [str(row.domain) for row in domains(step) if row.state not in done]
        step.ask(advice.every_domain_assessed, open_domains=waiting)

    def effect(self, step: Step[Application], body: Body) -> None:
        """Submit what is not with the authority yet."""
        for row in domains(step):
            if row.state in {DomainState.DRAFTED, DomainState.NOT_NEEDED}:
                step.follow("domain-advice", row, "submit")


class Return(Body):
    """Which domain goes back, and why."""

    domain: Domain
    reasons: Text


class ReturnAdvice(ApplicationEvent[Return]):
    """The security authority returns one domain; the others keep what they have."""

    name, title, body = "return-advice", "Return one domain to the adviser", Return

    def judge(self, step: Step[Application], body: Return) -> None:
        """Only what was submitted goes back."""
        row = named(step, body.domain)
        if row is not None:
            step.ask(advice.domain_submitted, domain=str(body.domain), state=str(row.state))

    def effect(self, step: Step[Application], body: Return) -> None:
        """Send it back."""
        row = next(row for row in domains(step) if row.domain == body.domain)
        step.follow("domain-advice", row, "send-back")

    def example(self, step: Step[Application]) -> dict[str, Any] | None:
        """The first domain that was submitted, the home before others."""
        found = [str(row.domain) for row in domains(step) if row.state is DomainState.SUBMITTED]
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

    def judge(self, step: Step[Application], body: Adoption) -> None:
        """A day that can be, by someone who did not write it."""
        step.ask(date_rules.not_in_future, what="The adoption", day=body.adopted_on, on=step.on)
        step.ask(
            date_rules.not_before,
            what="The adoption",
            day=body.adopted_on,
            earlier="the interview",
            earliest=step.row.interview_held_on,
        )
        authors = {step.row.adviser, *step.hands("assess-domain", "submit-advice")}
        step.ask(
            separation_of_duties.four_eyes,
            person=step.by.person,
            earlier={"wrote this advice": step.by.person if step.by.person in authors else None},
            doing="adopt it",
        )

    def conditions(self, step: Step[Application], body: Adoption) -> Mapping[str, bool]:
        """Whether the advice holds a measure at all, in this version or in one before it that still stands."""
        live = set(MeasureState) - {MeasureState(state) for state in MEASURE.final}
        return {"measures_advised": bool(measures(step, *live))}

    def effect(self, step: Step[Application], body: Adoption) -> None:
        """Advise every measure, and ask every employer to take over."""
        row = step.row
        row.adopted_on = body.adopted_on
        row.threat_analysis, row.home_assessment = body.threat_analysis, body.home_assessment
        for domain in domains(step):
            if domain.state is DomainState.SUBMITTED:
                step.follow("domain-advice", domain, "adopt")
        advised = measures(step, MeasureState.PROPOSED)
        for measure in advised:
            step.follow("measure", measure, "advise")
        if row.state is Stage.NO_MEASURES:
            row.ended_on = step.on
        for employer in step.employers() if advised else ():
            step.follow(
                "takeover",
                None,
                "request",
                application=row.id,
                organisation=employer,
                advice_version=row.advice_version,
                requested_on=step.on,
            )

    def example(self, step: Step[Application]) -> dict[str, Any]:
        """Today, with references."""
        return {
            "adoptedOn": step.on.isoformat(),
            "threatAnalysis": "TA-2026-001",
            "homeAssessment": "HA-2026-001",
        }
