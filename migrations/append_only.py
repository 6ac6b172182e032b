"""Append-only tables: the triggers that a version adds to ledger and journal, and the statements that remove them.

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
"""A number may be set once; nothing else may be changed, and nothing deleted."""

ALLOW = (
    "DROP TRIGGER ledger_entry_not_emptied ON ledger_entry",
    "DROP TRIGGER ledger_entry_append_only ON ledger_entry",
    "DROP FUNCTION ledger_entry_append_only()",
)

JOURNAL_FORBID = (
    """
    CREATE FUNCTION journal_line_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'The journal can only grow: % is refused; reverse the line.', TG_OP
            USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER journal_line_append_only BEFORE UPDATE OR DELETE ON journal_line
    FOR EACH ROW EXECUTE FUNCTION journal_line_append_only()
    """,
    """
    CREATE TRIGGER journal_line_not_emptied BEFORE TRUNCATE ON journal_line
    FOR EACH STATEMENT EXECUTE FUNCTION journal_line_append_only()
    """,
)
"""A line of the journal is never changed or deleted; an error is corrected by a mirrored line."""

JOURNAL_ALLOW = (
    "DROP TRIGGER journal_line_not_emptied ON journal_line",
    "DROP TRIGGER journal_line_append_only ON journal_line",
    "DROP FUNCTION journal_line_append_only()",
)
