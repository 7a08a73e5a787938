"""Resources of what is sent out: events, webhooks, embed tokens."""
