"""Keep periods, addressees and what is outside the advice."""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = "db674833ced9"
down_revision: str | Sequence[str] | None = "b64a2ffb82a0"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("booking", sa.Column("vat", sa.Numeric(precision=14, scale=2), nullable=True))
    op.add_column(
        "payable",
        sa.Column(
            "addressee", sa.Enum("employer", "official", name="addressee", native_enum=False, length=32), nullable=True
        ),
    )
    op.add_column("payable", sa.Column("replaces", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.create_foreign_key(op.f("fk_payable_replaces"), "payable", "payable", ["replaces"], ["id"])
    op.add_column(
        "payable_line",
        sa.Column(
            "outside", sa.Enum("wage", "free-space", name="outside", native_enum=False, length=32), nullable=True
        ),
    )
    op.add_column("payable_line", sa.Column("certificate_works", sa.Boolean(), nullable=True))
    op.add_column("payable_line", sa.Column("attributable", sa.Boolean(), nullable=True))
    op.add_column("payable_line", sa.Column("period_from", sa.Date(), nullable=True))
    op.add_column("payable_line", sa.Column("period_until", sa.Date(), nullable=True))
    op.alter_column("payable_line", "measure", existing_type=sa.VARCHAR(), nullable=True)


def downgrade() -> None:
    op.alter_column("payable_line", "measure", existing_type=sa.VARCHAR(), nullable=False)
    op.drop_column("payable_line", "period_until")
    op.drop_column("payable_line", "period_from")
    op.drop_column("payable_line", "attributable")
    op.drop_column("payable_line", "certificate_works")
    op.drop_column("payable_line", "outside")
    op.drop_constraint(op.f("fk_payable_replaces"), "payable", type_="foreignkey")
    op.drop_column("payable", "replaces")
    op.drop_column("payable", "addressee")
    op.drop_column("booking", "vat")
