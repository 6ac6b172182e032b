"""Prefect flow of the benchmark: a plain Prefect worker runs it, each run in its own process."""

import os

import psycopg
from prefect import flow


@flow(name="bench-job")
def job(number: int) -> None:
    """An acute run records its start; a routine run does nothing."""
    if number < 0:
        return
    with psycopg.connect(os.environ["BENCH_DATABASE"], autocommit=True) as connection:
        connection.execute("INSERT INTO begun VALUES (%s)", (number,))
