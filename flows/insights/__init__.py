"""Account health and the Featured Offer (Buy Box) percentage, read from Seller Central's own pages."""
