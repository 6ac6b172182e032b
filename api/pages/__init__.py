"""Pages: rendered on the server, without scripts, and with nothing from another host."""
