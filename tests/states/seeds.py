"""Seeds for tests at random: identifiers that are the same in every run."""

import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch


@contextmanager
def seeded(seed: str) -> Iterator[None]:
    """Draw ids from a seed, so that the same run comes out twice."""
    with patch.object(secrets, "choice", random.Random(seed).choice):
        yield
