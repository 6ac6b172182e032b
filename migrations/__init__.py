"""The database's versions, in order, and how an office gets from one to the next."""
