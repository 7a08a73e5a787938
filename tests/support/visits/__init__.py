"""What visits need around them: an agent, a site, pages, a context."""
