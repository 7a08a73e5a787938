"""One IMAP connection: opening it, signing in, what a server's answers mean."""
