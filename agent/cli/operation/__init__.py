"""Commands of operation: daemon, settings, mail, alarms, people, keys, webhooks."""
