"""Commands of operation: the daemon, its settings, mail, alarms, people, keys, webhooks."""
