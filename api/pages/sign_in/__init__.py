"""Sign-in: the demonstration cast as cards, the choice of a role, and signing out."""
