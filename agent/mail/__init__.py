"""Mail intake: transport, watching, trust, handing invitations to accounts."""
