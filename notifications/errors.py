"""Errors of this package."""


class NotificationsError(Exception):
    """Base of every error of this package; its message never repeats a refused value, which may be personal."""
