"""Static files: style and scripts under an address that changes with their content, so that browsers keep them."""

import hashlib
import mimetypes
from functools import cache
from importlib.metadata import version
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response

from states.errors import NotFoundError

FOLDER = Path(__file__).parent / "static"
VERSION = version("veiligadvies")
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
FOREVER = "public, max-age=31536000, immutable"
router = APIRouter(include_in_schema=False)


@cache
def files() -> dict[str, bytes]:
    """Return the content of every static file by its name."""
    return {path.name: path.read_bytes() for path in FOLDER.iterdir() if path.suffix in TYPES}


@cache
def mark() -> str:
    """Return a hash of all static files."""
    whole = b"".join(name.encode() + hashlib.sha256(content).digest() for name, content in sorted(files().items()))
    return hashlib.sha256(whole).hexdigest()[:16]


def address(name: str) -> str:
    """Return the address of a static file.

    Raises:
        KeyError: there is no such file.
    """
    assert files()[name]
    return f"/static/{mark()}/{name}"


@router.get("/static/{given}/{name}")
def one(given: str, name: str) -> Response:
    """Return a static file; under another mark it is an old one, which is gone."""
    if given != mark() or name not in files():
        raise NotFoundError("file", name)
    kind = TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0]
    return Response(files()[name], media_type=kind, headers={"Cache-Control": FOREVER})
