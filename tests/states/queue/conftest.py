"""Fixture of a queue with four applications."""

import pytest
from prepared_databases import Prepared
from queue_work import fill
from sqlalchemy import Engine


@pytest.fixture
def four_cases(prepared: Prepared) -> Engine:
    return prepared("four-cases", fill)
