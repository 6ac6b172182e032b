"""What can go wrong in this room."""


class NotificationsError(Exception):
    """Root of every error of this room; its words never repeat what was refused, for that may be personal."""
