"""Events on their way out: numbering them, telling readers, delivering webhooks."""
