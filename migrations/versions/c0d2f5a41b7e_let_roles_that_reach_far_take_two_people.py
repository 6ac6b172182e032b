"""Let roles that reach far take two people."""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = "c0d2f5a41b7e"
down_revision: str | Sequence[str] | None = "c3b1f6a92d57"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    text = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        "proposed_duty",
        sa.Column("id", text(), nullable=False),
        sa.Column("stream", text(), nullable=False),
        sa.Column("person", text(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("organisation", text(), nullable=False),
        sa.Column("proposed_by", text(), nullable=False),
        sa.Column("decided_by", text(), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_proposed_duty_person")),
        sa.ForeignKeyConstraint(["stream"], ["stream.id"], name=op.f("fk_proposed_duty_stream")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposed_duty")),
    )
    op.create_index(
        "uq_proposed_duty_open",
        "proposed_duty",
        ["person", "role", "organisation"],
        unique=True,
        postgresql_where=sa.text("decided_by IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("uq_proposed_duty_open", table_name="proposed_duty")
    op.drop_table("proposed_duty")
