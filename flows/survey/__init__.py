"""The first look at a real site: what is recognised, by what, and what is not."""
