"""Signing in by an OpenID provider: code flow with PKCE, state and nonce."""
