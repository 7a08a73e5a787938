"""Mail intake: transport, watching, trust, and the hand-off of an invitation to its account."""
