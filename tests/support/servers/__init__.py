"""Real and scripted servers."""
