"""Queue with four applications in it."""

import pytest
from prepared_databases import Prepared
from queue_work import fill
from sqlalchemy import Engine


@pytest.fixture
def desk(prepared: Prepared) -> Engine:
    return prepared("desk", fill)
