"""Documents with an invoice: that one came, of what kind and with which hash; what it shows lies in the vault."""

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
    """What is known of a document without opening it."""

    document: Handle
    media_type: Literal["application/pdf", "image/png", "image/jpeg", "application/xml"]
    size: Annotated[int, Field(gt=0)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class AddDocument(PayableEvent[DocumentFacts]):
    """A document is kept with an invoice: encrypted, with its hash."""

    name, title, body = "add-document", "Keep a document with an invoice", DocumentFacts

    def validate(self, context: EventContext[Payable], body: DocumentFacts) -> None:
        """The same file stands with no other invoice that was not rejected."""
        same = context.rows(Document, Document.sha256 == body.sha256, Document.invoice != context.row.invoice)
        wanted = (col(Payable.invoice).in_([row.invoice for row in same]), Payable.state != PayableState.REJECTED)
        live = context.rows(Payable, *wanted) if same else []
        context.check(invoice_documents.once, earlier=[row.id for row in live])

    def apply(self, context: EventContext[Payable], body: DocumentFacts) -> None:
        """Keep its facts."""
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
        """A file is sent, not described."""
        return
