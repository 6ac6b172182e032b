"""Decision table: each row names the values that it matches per column; checked for gaps and overlaps."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

Row = Mapping[str, Any]


def matching_rows(table: Sequence[Row], case: Mapping[str, object]) -> list[Row]:
    """The rows that match a case, in the order of the table.

    Args:
        table: rows of column to a list of values; a row without a column matches every value of it.
        case: one value per column.
    """
    return [row for row in table if all(value in row.get(column, (value,)) for column, value in case.items())]


def malformed_rows(
    table: Sequence[Row], columns: Mapping[str, Collection[object]], *, optional: Collection[str] = ()
) -> Iterator[str]:
    """Missing columns and unknown values of the rows, one sentence for each row and column.

    Args:
        table: the rows.
        columns: every column with its possible values.
        optional: columns that a row may leave out because it fits every value of them.
    """
    for row in table:
        for column, known in columns.items():
            if column not in row and column not in optional:
                yield f"{row['id']} does not name its {column}."
            if unknown := set(row.get(column, ())) - set(known):
                yield f"{row['id']} names {sorted(map(str, unknown))} among its {column}."


def every_case(
    table: Sequence[Row], columns: Mapping[str, Collection[object]]
) -> Iterator[tuple[Mapping[str, Any], list[Row]]]:
    """Every combination of values with its matching rows: no row is a gap, more than one may be an overlap."""
    for values in product(*columns.values()):
        case = dict(zip(columns, values, strict=True))
        yield case, matching_rows(table, case)
