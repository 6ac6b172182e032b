"""Let lists read one page by an index."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "c3b1f6a92d57"
down_revision: str | Sequence[str] | None = "5c1f0a7d92be"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(
        "ix_application_newest", "application", [sa.literal_column("created_at DESC"), sa.literal_column("id DESC")]
    )
    op.create_index(
        "ix_work_item_list",
        "work_item",
        ["role", "organisation", "lane", "start_by", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_index("ix_payable_line_stream", "payable_line", ["stream"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_payable_line_stream", table_name="payable_line")
    op.drop_index("ix_work_item_list", table_name="work_item", postgresql_where=sa.text("done_at IS NULL"))
    op.drop_index("ix_application_newest", table_name="application")
