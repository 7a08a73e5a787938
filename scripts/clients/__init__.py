"""Programs that others wrote for the real site, each in an environment of its own, and how they are started here."""
