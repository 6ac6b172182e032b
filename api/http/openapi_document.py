"""OpenAPI document: what the NL API Design Rules ask of it, added to what FastAPI writes from the routes.

FastAPI knows neither a version in the address of the server, nor a header of every answer, nor a parameter that is
required and checked only after the caller; :func:`complete` adds these. :func:`by_address` gives the paths as served.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI

from states.engine.bodies import DAY_SCHEMA

VERSIONED = "/v1"
"""Start of every served path that has a version; in the document it stands in the address of the server."""
REQUIRED = "x-required"
"""Mark of a parameter that callers must give, though a route checks it after other things, such as If-Match."""
VERSION_HEADER = {
    "description": "The full version of the API",
    "required": True,
    "schema": {"type": "string", "pattern": r"^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$"},
}
PROBLEM = {
    "type": "object",
    "description": "What is wrong, by which rule, and what would be right (RFC 9457).",
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "description": "Address of the meaning"},
        "status": {"type": "integer"},
        "title": {"type": "string"},
        "detail": {"type": "string", "description": "What to do"},
        "findings": {"type": "array", "items": {"type": "object"}, "description": "Each rule that refuses, and why"},
        "errors": {
            "type": "array",
            "items": {"type": "object"},
            "description": "Each wrong field, and why",
        },
    },
    "required": ["type", "status", "title", "detail"],
}
PROBLEM_ANSWER = {
    "description": "What is wrong, by which rule, and what would be right (RFC 9457)",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
RESPONSES: dict[int | str, dict[str, Any]] = dict.fromkeys(
    (400, 401, 403, 404, 408, 409, 412, 413, 422, 428, 431, 500, 503), PROBLEM_ANSWER
)
"""The answers that every operation may give."""


class DocumentedApi(FastAPI):
    """FastAPI with the completed document."""

    def openapi(self) -> dict[str, Any]:
        """Return the document; FastAPI keeps it once it is made."""
        document = super().openapi()
        return document if "headers" in document["components"] else complete(document)


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """Add to a document what FastAPI does not write."""
    address = document["servers"][0]["url"].removesuffix(VERSIONED)
    document["components"]["schemas"]["Problem"] = PROBLEM
    document["components"]["headers"] = {"ApiVersion": VERSION_HEADER}
    for path, item in document["paths"].items():
        for operation in item.values():
            complete_operation(operation)
            if not path.startswith(f"{VERSIONED}/"):
                operation["servers"] = [{"url": address, "description": "This office, without a version"}]
    document["paths"] = {path.removeprefix(VERSIONED): item for path, item in document["paths"].items()}
    for schema in parts_of(document):
        if schema.get("format") == "date" and schema.get("type") == "string":
            schema.setdefault("pattern", DAY_SCHEMA["pattern"])
    return document


def complete_operation(operation: dict[str, Any]) -> None:
    """Add to an operation the headers of its answers, and which of its parameters are required."""
    for answer in operation["responses"].values():
        answer.setdefault("headers", {})["API-Version"] = {"$ref": "#/components/headers/ApiVersion"}
    for parameter in operation.get("parameters", ()):
        schema = parameter["schema"]
        choices = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
        if len(choices) == 1:  # a parameter that is not given is absent, never null
            parameter["schema"] = schema = {**choices[0], **{name: schema[name] for name in schema if name != "anyOf"}}
        parameter["required"] = schema.pop(REQUIRED, parameter["required"])


def parts_of(thing: Any) -> Iterator[dict[str, Any]]:
    """Yield every object in a document, at any depth."""
    if isinstance(thing, dict):
        yield thing
        for part in thing.values():
            yield from parts_of(part)
    elif isinstance(thing, list):
        for part in thing:
            yield from parts_of(part)


def by_address(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the operations of a document by the address at which they are served, such as /v1/applications."""
    return {
        path if any("servers" in operation for operation in item.values()) else f"{VERSIONED}{path}": item
        for path, item in document["paths"].items()
    }
