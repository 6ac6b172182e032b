"""Let people choose the language of their letters."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "91d8318f3e10"
down_revision: str | Sequence[str] | None = "b64a2ffb82a0"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "person",
        sa.Column("language", sa.Enum("nl", "en", name="language", native_enum=False, length=32), nullable=True),
    )


def downgrade() -> None:
    op.drop_column("person", "language")
