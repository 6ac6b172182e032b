"""API of the office: the HTTP API, its pages, the command line, and the processes of a running office."""
