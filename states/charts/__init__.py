"""The charts: small statecharts that know one thing each, tied by guards."""
