"""The web role of a test: the application, the console, webhooks, take-overs."""
