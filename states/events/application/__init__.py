"""Events of an application, from receipt to closing."""
