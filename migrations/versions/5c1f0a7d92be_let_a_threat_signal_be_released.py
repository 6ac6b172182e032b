"""Let a threat signal be released to the official."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "5c1f0a7d92be"
down_revision: str | Sequence[str] | None = "c1d5e9a07b34"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("threat_signal", sa.Column("released_on", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("threat_signal", "released_on")
