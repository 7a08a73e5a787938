"""Where secrets may hide, and the search for them."""
