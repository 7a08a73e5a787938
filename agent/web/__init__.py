"""The web role: one application that serves API, panel, health and console."""
