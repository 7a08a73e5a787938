"""Who may come in: sessions, signing in and out."""
