"""Let the journal know creditors and closed periods."""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

from migrations.append_only import JOURNAL_ALLOW, JOURNAL_FORBID

revision: str = "a31863308ab5"
down_revision: str | Sequence[str] | None = "1e848ff1d6f6"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "book_accounts",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("stream", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("organisation", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("cost", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("creditor", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("vat", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("bank", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("cost_centre", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("task_field", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("category", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("tax_number", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("recorded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.id"], name=op.f("fk_book_accounts_organisation")),
        sa.ForeignKeyConstraint(["stream"], ["stream.id"], name=op.f("fk_book_accounts_stream")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_book_accounts")),
    )
    op.create_index(op.f("ix_book_accounts_organisation"), "book_accounts", ["organisation"], unique=False)
    op.create_table(
        "book_period",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("stream", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("organisation", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("period", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("closed_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("closed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("reopened_by", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("reopened_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.id"], name=op.f("fk_book_period_organisation")),
        sa.ForeignKeyConstraint(["stream"], ["stream.id"], name=op.f("fk_book_period_stream")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_book_period")),
    )
    op.create_index(op.f("ix_book_period_organisation"), "book_period", ["organisation"], unique=False)
    op.add_column("booking", sa.Column("corrects", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.create_foreign_key(op.f("fk_booking_corrects"), "booking", "booking", ["corrects"], ["id"])
    op.add_column("journal_line", sa.Column("organisation", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.add_column(
        "journal_line",
        sa.Column("part", sa.Enum("cost", "payment", name="part", native_enum=False, length=32), nullable=True),
    )
    op.add_column(
        "journal_line",
        sa.Column(
            "side", sa.Enum("cost", "vat", "creditor", "bank", name="side", native_enum=False, length=32), nullable=True
        ),
    )
    op.add_column("journal_line", sa.Column("category", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.add_column("journal_line", sa.Column("mirrors", sa.Integer(), nullable=True))
    op.add_column("journal_line", sa.Column("document_on", sa.Date(), nullable=True))
    op.add_column("journal_line", sa.Column("statement", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.add_column("journal_line", sa.Column("entry", sa.Integer(), nullable=True))
    op.create_index(
        "ix_journal_line_organisation_booked_on", "journal_line", ["organisation", "booked_on"], unique=False
    )
    op.create_foreign_key(
        op.f("fk_journal_line_organisation"), "journal_line", "organisation", ["organisation"], ["id"]
    )
    op.create_foreign_key(op.f("fk_journal_line_statement"), "journal_line", "bank_message", ["statement"], ["id"])
    for statement in JOURNAL_FORBID:
        op.execute(statement)


def downgrade() -> None:
    for statement in JOURNAL_ALLOW:
        op.execute(statement)
    op.drop_constraint(op.f("fk_journal_line_statement"), "journal_line", type_="foreignkey")
    op.drop_constraint(op.f("fk_journal_line_organisation"), "journal_line", type_="foreignkey")
    op.drop_index("ix_journal_line_organisation_booked_on", table_name="journal_line")
    op.drop_column("journal_line", "entry")
    op.drop_column("journal_line", "statement")
    op.drop_column("journal_line", "document_on")
    op.drop_column("journal_line", "mirrors")
    op.drop_column("journal_line", "category")
    op.drop_column("journal_line", "side")
    op.drop_column("journal_line", "part")
    op.drop_column("journal_line", "organisation")
    op.drop_constraint(op.f("fk_booking_corrects"), "booking", type_="foreignkey")
    op.drop_column("booking", "corrects")
    op.drop_index(op.f("ix_book_period_organisation"), table_name="book_period")
    op.drop_table("book_period")
    op.drop_index(op.f("ix_book_accounts_organisation"), table_name="book_accounts")
    op.drop_table("book_accounts")
