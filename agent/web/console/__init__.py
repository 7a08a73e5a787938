"""The console: pages for on-call and operators, rendered on the server."""
