"""Account health and the Featured Offer (Buy Box) percentage, from the pages."""
