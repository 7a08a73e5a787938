"""What tests share: real servers, hostile servers, a proxy. No tests in here."""
