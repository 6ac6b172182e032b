"""Errors of the rules."""

from datetime import date

from rules.core.wording import wording


class RulesError(Exception):
    """Base class of every error of the rules."""


class UnknownValueError(RulesError):
    """No version of the value covers the requested day."""

    def __init__(self, name: str, on: date) -> None:
        super().__init__(
            wording(
                "No value of {name} is known for {on}: add a version with its source in rules/values/.",
                name=name,
                on=on,
            )
        )
        self.name = name
        self.on = on


class QuestionError(RulesError):
    """The question contradicts itself or is incomplete; names the parameter to correct."""

    def __init__(self, parameter: str, message: str) -> None:
        super().__init__(message)
        self.parameter = parameter
