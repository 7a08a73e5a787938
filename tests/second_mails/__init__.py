"""Mails written from the facts by another hand than the stand-in's, signed by a signer of their own. No tests in here."""
