"""What a plain Prefect worker runs for the benchmark, in a process of its own for each run."""

import os

import psycopg
from prefect import flow


@flow(name="bench-job")
def job(number: int) -> None:
    """An acute run says that it began; a routine one does nothing more than start and end."""
    if number < 0:
        return
    with psycopg.connect(os.environ["BENCH_DATABASE"], autocommit=True) as connection:
        connection.execute("INSERT INTO begun VALUES (%s)", (number,))
