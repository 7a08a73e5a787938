"""Commands that visit the site, and what was learnt from visits."""
