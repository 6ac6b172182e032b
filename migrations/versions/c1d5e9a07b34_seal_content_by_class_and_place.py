"""Seal content by class and place, under keys of one purpose each."""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import context, op

from migrations.resealing import reseal

revision: str = "c1d5e9a07b34"
down_revision: str | Sequence[str] | None = "327d5d5ef79c"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

RETENTION = sa.Enum("safety", "procedure", "money", name="retention", native_enum=False, length=32)


def upgrade() -> None:
    op.create_table(
        "data_key",
        sa.Column("stream", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("retention", RETENTION, nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["stream"], ["stream.id"], name=op.f("fk_data_key_stream")),
        sa.PrimaryKeyConstraint("stream", "retention", name=op.f("pk_data_key")),
    )
    op.rename_table("vault_item", "vault_item_before")
    op.execute("ALTER TABLE vault_item_before RENAME CONSTRAINT pk_vault_item TO pk_vault_item_before")
    op.execute("ALTER INDEX ix_vault_item_subject RENAME TO ix_vault_item_before_subject")
    op.create_table(
        "vault_item",
        sa.Column("stream", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("retention", RETENTION, nullable=False),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["stream"], ["stream.id"], name=op.f("fk_vault_item_stream")),
        sa.PrimaryKeyConstraint("stream", "seq", "retention", name=op.f("pk_vault_item")),
    )
    op.create_index(op.f("ix_vault_item_subject"), "vault_item", ["subject"], unique=False)
    reseal(op.get_bind(), context.config.attributes.get("key"))
    op.drop_table("vault_item_before")
    op.drop_column("stream", "key")


def downgrade() -> None:
    if op.get_bind().execute(sa.text("SELECT EXISTS (SELECT FROM data_key)")).scalar():
        raise RuntimeError("What is sealed by class is not sealed back; restore the backup from before the upgrade.")
    op.add_column("stream", sa.Column("key", sa.LargeBinary(), nullable=True))
    op.drop_constraint(op.f("pk_vault_item"), "vault_item")
    op.drop_column("vault_item", "retention")
    op.create_primary_key(op.f("pk_vault_item"), "vault_item", ["stream", "seq"])
    op.drop_table("data_key")
