"""Messages: what would be right for a wrong value of a body, per kind of error, without the value that was sent."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any, NamedTuple

from pydantic import BaseModel

from rules.core.translations import NAMES
from rules.core.wording import Wording, marked, wording
from states.engine.patterns import EXAMPLES, description_of

Schema = Mapping[str, Any]
CHOICE = re.compile(r"'([^']*)'")
ALTERNATIVES = re.compile(r"\^\(([A-Za-z0-9|-]+)\)\$")
SOME = 12
"""The most names of known fields that a message lists."""
BY_KIND = {
    "missing": marked("Give this; it is required."),
    "string_type": marked("Give text, between quotation marks."),
    "string_too_long": marked("Give at most {max_length} characters."),
    "string_unicode": marked("Give text in valid Unicode."),
    "int_type": marked("Give a whole number, such as 3."),
    "int_parsing": marked("Give a whole number, such as 3."),
    "int_parsing_size": marked("Give a smaller number."),
    "int_from_float": marked("Give a whole number, such as 3."),
    "float_type": marked("Give a number, such as 1.5."),
    "float_parsing": marked("Give a number, such as 1.5."),
    "finite_number": marked("Give a finite number."),
    "bool_type": marked("Give true or false."),
    "bool_parsing": marked("Give true or false."),
    "greater_than": marked("Give more than {gt}."),
    "greater_than_equal": marked("Give at least {ge}."),
    "less_than": marked("Give less than {lt}."),
    "less_than_equal": marked("Give at most {le}."),
    "date_type": marked("Give a calendar day, such as 2026-11-23."),
    "date_parsing": marked("Give a calendar day, such as 2026-11-23."),
    "date_from_datetime_parsing": marked("Give a calendar day, such as 2026-11-23."),
    "date_from_datetime_inexact": marked("Give a calendar day, such as 2026-11-23."),
    "datetime_type": marked("Give an instant with its offset, such as 2026-11-23T12:00:00Z."),
    "datetime_parsing": marked("Give an instant with its offset, such as 2026-11-23T12:00:00Z."),
    "datetime_from_date_parsing": marked("Give an instant with its offset, such as 2026-11-23T12:00:00Z."),
    "datetime_object_invalid": marked("Give an instant with its offset, such as 2026-11-23T12:00:00Z."),
    "timezone_aware": marked("Give an instant with its offset, such as 2026-11-23T12:00:00Z."),
    "string_pattern_mismatch": marked("Give text of this form: {pattern}"),
    "character": marked(
        "The character {code} cannot stand in {place}: nobody sees it, or it changes how the rest reads. Leave it out."
    ),
    "amount": marked("{shown} {words}; give euros from 0 to 9999999999.99 with at most two decimals, such as 121.00."),
    "day": marked(
        "{shown} is no day that can be; give a calendar day from {first} through {last}, such as 2026-11-23."
    ),
    "payee": "{words}",
    "repeated": marked("This parameter takes one value; give it once."),
}
"""The message of each kind of error that needs no more than its context."""
PARTS = (
    *(marked("This"), marked("a text"), marked("one line")),
    *(marked("is no amount"), marked("has more than two decimals"), marked("is too large"), marked("is negative")),
    marked("is no finite number"),
)
"""Parts of messages that are text themselves."""


@cache
def schema_of(body: type[BaseModel]) -> Schema:
    """Return the JSON schema of a body."""
    return body.model_json_schema()


class Problem(NamedTuple):
    """An error of pydantic, and where it stands in which body."""

    context: Mapping[str, Any]
    path: Sequence[object]
    schema: Schema | None
    """The JSON schema of the body, from which examples and names of fields are taken; None if unknown."""
    otherwise: str
    """The message of pydantic."""

    @property
    def name(self) -> str:
        """The name of the field; empty for the body itself."""
        return next((str(part) for part in reversed(self.path) if not isinstance(part, int)), "")


def message(problem: Mapping[str, Any], path: Sequence[object], schema: Schema | None) -> str:
    """Return what would be right.

    Args:
        problem: an error of pydantic: its type, context and message.
        path: the path of the field in the body.
        schema: the JSON schema of the body; None if unknown.
    """
    given = Problem(problem.get("ctx", {}), path, schema, str(problem["msg"]))
    made = SPECIAL[problem["type"]](given) if problem["type"] in SPECIAL else None
    template = BY_KIND.get(problem["type"])
    if made is None and template is not None:
        made = Wording(template, {name: translatable(value) for name, value in given.context.items()})
    return given.otherwise if made is None else made


def of_pattern(problem: Problem) -> Wording | None:
    """Return what to give for a text that does not fit its pattern; None if only the pattern says it."""
    if (several := ALTERNATIVES.fullmatch(problem.context["pattern"])) is not None:
        return one_of(several[1].split("|"))
    words = description_of(problem.context["pattern"], problem.name)
    return None if words is None else Wording(words, {})


def translatable(value: Any) -> Any:
    """Return a part of a message as a wording if it is one of the known texts."""
    return wording(value) if value in PARTS else value


def of_check(problem: Problem) -> str:
    """Return the text with which a check of a body raised its error."""
    error = problem.context.get("error")
    given = error.args[0] if isinstance(error, ValueError) and error.args else None
    return given if isinstance(given, Wording) else problem.otherwise.removeprefix("Value error, ")


def unknown_field(problem: Problem) -> Wording | None:
    """Return that there is no such field, with the one that is meant most likely."""
    parent = place_in(problem.schema, problem.path[:-1])
    if parent is None:
        return None if problem.schema is None else wording("There is no such field; leave it out.")
    known = list(parent.get("properties", {}))
    near = get_close_matches(problem.name, known, n=1)
    if near:
        return wording("There is no such field; did you mean {nearest}?", nearest=near[0])
    some = ", ".join(known[:SOME]) + (", ..." if len(known) > SOME else "")
    return wording("There is no such field; there are: {known}. Leave it out.", known=some)


def too_short(problem: Problem) -> Wording:
    """Return that a text is empty, or how long it must be."""
    least = problem.context["min_length"]
    if least > 1 or not problem.name:
        return wording("Give at least {min_length} characters.", min_length=least)
    return wording("The {field} is empty.", field=re.sub(r"(?<=[a-z])(?=[A-Z])", " ", problem.name).lower())


def too_few(problem: Problem) -> Wording:
    """Return how many a list must hold at least."""
    return wording("Give at least {min_length} of these.", min_length=problem.context["min_length"])


def too_many(problem: Problem) -> Wording:
    """Return how many a list may hold."""
    return wording("Give at most {max_length} of these.", max_length=problem.context["max_length"])


def of_choices(problem: Problem) -> Wording:
    """Return the values that are allowed."""
    return one_of(CHOICE.findall(str(problem.context.get("expected", ""))))


def one_of(choices: Sequence[str]) -> Wording:
    """Return the values that are allowed, each with its Dutch name."""
    named = [f"{each} ({NAMES[each]})" if NAMES.get(each, each) != each else each for each in choices]
    return wording("Give one of: {choices}.", choices=", ".join(named))


def no_list(problem: Problem) -> Wording:
    """Return that a list is asked, with an example."""
    return wording("Give a list, such as {example}.", example=example_text(problem, "[...]"))


def no_object(problem: Problem) -> Wording:
    """Return that an object is asked, with an example."""
    return wording("Send JSON, such as {example}.", example=example_text(problem, "{...}"))


SPECIAL: dict[str, Callable[[Problem], str | None]] = {
    "extra_forbidden": unknown_field,
    "string_pattern_mismatch": of_pattern,
    "string_too_short": too_short,
    "too_short": too_few,
    "too_long": too_many,
    "value_error": of_check,
    **dict.fromkeys(("enum", "literal_error"), of_choices),
    **dict.fromkeys(("list_type", "tuple_type", "set_type"), no_list),
    **dict.fromkeys(("model_type", "model_attributes_type", "dict_type"), no_object),
}
"""The kinds of errors whose message needs the place, the schema or the choices."""


def place_in(schema: Schema | None, path: Sequence[object]) -> Schema | None:
    """Return the schema at a path; None if it is not known."""
    here, root = schema, schema
    for part in path:
        here = resolved(here, root)
        if here is None:
            return None
        here = here.get("items") if isinstance(part, int) else here.get("properties", {}).get(part)
    return resolved(here, root)


def resolved(schema: Schema | None, root: Schema | None) -> Schema | None:
    """Return a schema without references, and of several kinds the first that is not null."""
    while schema is not None and root is not None:
        if "$ref" in schema:
            schema = root.get("$defs", {}).get(schema["$ref"].rpartition("/")[2])
        elif "anyOf" in schema:
            schema = next(each for each in schema["anyOf"] if each.get("type") != "null")
        else:
            break
    return schema


def example_text(problem: Problem, otherwise: str) -> str:
    """Return a short example of what stands at a place, as JSON."""
    here = place_in(problem.schema, problem.path)
    return otherwise if here is None else json.dumps(example_of(here, problem.schema), ensure_ascii=False)


BY_FORMAT = {"date": "2026-11-23", "date-time": "2026-11-23T12:00:00Z"}
BY_TYPE = {"integer": 1, "number": 1.5, "boolean": True, "string": "..."}


def example_of(given: Schema, root: Schema | None) -> Any:
    """Return a short value that a schema allows: of a body what is required, or else its first field."""
    schema = resolved(given, root) or {}
    stated = [schema.get("const"), schema.get("default"), *schema.get("examples", ())[:1], *schema.get("enum", ())[:1]]
    for each in stated:
        if each not in (None, [], {}):
            return each
    if schema.get("type") == "array":
        return [example_of(schema.get("items", {}), root)]
    if "properties" in schema:
        required = schema.get("required") or list(schema["properties"])[:1]
        return {name: example_of(schema["properties"][name], root) for name in required}
    return plain_example(schema)


def plain_example(schema: Schema) -> Any:
    """Return a text or number that a schema allows."""
    pattern = schema.get("pattern", "")
    if (several := ALTERNATIVES.fullmatch(pattern)) is not None:
        return several[1].split("|")[0]
    known = EXAMPLES.get(pattern) or BY_FORMAT.get(schema.get("format", ""))
    return known or schema.get("minimum") or BY_TYPE.get(schema.get("type", ""), "...")
