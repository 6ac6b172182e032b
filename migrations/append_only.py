"""The ledger can only grow: what the first version adds to its table, and what takes it away again.

Use: ``for statement in FORBID: op.execute(statement)``.
"""

FORBID = (
    """
    CREATE FUNCTION ledger_entry_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        renumbered ledger_entry;
    BEGIN
        IF TG_OP = 'UPDATE' AND OLD.number IS NULL THEN
            renumbered := OLD;
            renumbered.number := NEW.number;
            -- Byte for byte: to plain equality 1.0 and 1 are the same number, to a hash they are not.
            IF renumbered *= NEW THEN
                RETURN NEW;
            END IF;
        END IF;
        RAISE EXCEPTION 'The ledger can only grow: % is refused.', TG_OP USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_entry_append_only()
    """,
    """
    CREATE TRIGGER ledger_entry_not_emptied BEFORE TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_entry_append_only()
    """,
)
"""A number may be given once; nothing else may change, and nothing may go."""

ALLOW = (
    "DROP TRIGGER ledger_entry_not_emptied ON ledger_entry",
    "DROP TRIGGER ledger_entry_append_only ON ledger_entry",
    "DROP FUNCTION ledger_entry_append_only()",
)
