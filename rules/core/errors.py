"""Errors."""

from datetime import date


class RulesError(Exception):
    """Root of every error of this room."""


class UnknownValueError(RulesError):
    """No version of the value covers the day asked for."""

    def __init__(self, name: str, on: date) -> None:
        super().__init__(f"No value of {name} is known for {on}: add a version with its source in rules/values/.")
        self.name = name
        self.on = on


class QuestionError(RulesError):
    """The question contradicts itself or lacks something; names the parameter to mend."""

    def __init__(self, parameter: str, message: str) -> None:
        super().__init__(message)
        self.parameter = parameter
