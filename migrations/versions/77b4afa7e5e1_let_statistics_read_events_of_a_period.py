"""Let statistics read events of a period."""

from collections.abc import Sequence

from alembic import op

revision: str = "77b4afa7e5e1"
down_revision: str | Sequence[str] | None = "a31863308ab5"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index("ix_ledger_entry_event_at", "ledger_entry", ["event", "at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_ledger_entry_event_at", table_name="ledger_entry")
