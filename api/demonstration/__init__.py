"""Demonstration office: fictional employers and people, and about thirty applications created through the engine."""
