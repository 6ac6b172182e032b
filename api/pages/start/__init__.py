"""Start pages: what each role has to do first."""
