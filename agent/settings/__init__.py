"""The settings: their model, loading them, the secrets among them."""
