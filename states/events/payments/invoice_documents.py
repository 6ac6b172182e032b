"""Documents with an invoice: kind and hash are facts; the contents are in the vault."""

from typing import Annotated, Literal

from pydantic import Field
from sqlmodel import col

from rules.payments import invoice_documents
from states.charts.payable import PayableState
from states.engine.bodies import Body, Handle
from states.engine.event import EventContext
from states.events.payments.payables import PayableEvent
from states.tables.payments import Document, Payable


class DocumentFacts(Body):
    """The facts of a document that is not opened."""

    document: Handle
    media_type: Literal["application/pdf", "image/png", "image/jpeg", "application/xml"]
    size: Annotated[int, Field(gt=0)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class AddDocument(PayableEvent[DocumentFacts]):
    """Add a document to an invoice: stored encrypted, with its hash."""

    name, title, body = "add-document", "Keep a document with an invoice", DocumentFacts

    def validate(self, context: EventContext[Payable], body: DocumentFacts) -> None:
        """No other live invoice has the same file."""
        same = context.rows(Document, Document.sha256 == body.sha256, Document.invoice != context.row.invoice)
        wanted = (col(Payable.invoice).in_([row.invoice for row in same]), Payable.state != PayableState.REJECTED)
        live = context.rows(Payable, *wanted) if same else []
        earlier, elsewhere = context.known(live)
        context.check(invoice_documents.once, earlier=earlier, elsewhere=elsewhere)

    def apply(self, context: EventContext[Payable], body: DocumentFacts) -> None:
        """Store the facts."""
        context.session.add(
            Document(
                id=body.document,
                stream=context.row.stream,
                invoice=context.row.invoice,
                payable=context.row.id,
                added_by=context.by.person,
                added_at=context.at,
                **body.model_dump(exclude={"document"}),
            ),
        )

    def example(self, context: EventContext[Payable]) -> None:
        """None: a file is uploaded instead of described."""
        return
