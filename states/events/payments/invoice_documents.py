"""Documents with an invoice: that one came, of what kind and with which hash; what it shows lies in the vault."""

from typing import Annotated, Literal

from pydantic import Field
from sqlmodel import col

from rules.payments import invoice_documents
from states.charts.payable import PayableState
from states.engine.bodies import Body, Handle
from states.engine.event import Step
from states.events.payments.payables import PayableEvent
from states.tables.payments import Document, Payable


class DocumentFacts(Body):
    """What is known of a document without opening it."""

    document: Handle
    media_type: Literal["application/pdf", "image/png", "image/jpeg", "application/xml"]
    size: Annotated[int, Field(gt=0)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class AddDocument(PayableEvent[DocumentFacts]):
    """A document is kept with an invoice: encrypted, with its hash."""

    name, title, body = "add-document", "Keep a document with an invoice", DocumentFacts

    def judge(self, step: Step[Payable], body: DocumentFacts) -> None:
        """The same file stands with no other invoice that was not rejected."""
        same = step.rows(Document, Document.sha256 == body.sha256, Document.invoice != step.row.invoice)
        wanted = (col(Payable.invoice).in_([row.invoice for row in same]), Payable.state != PayableState.REJECTED)
        live = step.rows(Payable, *wanted) if same else []
        step.ask(invoice_documents.once, earlier=[row.id for row in live])

    def effect(self, step: Step[Payable], body: DocumentFacts) -> None:
        """Keep its facts."""
        step.session.add(
            Document(
                id=body.document,
                stream=step.row.stream,
                invoice=step.row.invoice,
                payable=step.row.id,
                added_by=step.by.person,
                added_at=step.at,
                **body.model_dump(exclude={"document"}),
            ),
        )

    def example(self, step: Step[Payable]) -> None:
        """A file is sent, not described."""
        return
