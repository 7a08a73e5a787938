"""Account health and the Featured Offer (Buy Box) percentage: names, values, judgement, document."""
