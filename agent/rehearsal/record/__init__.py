"""`sc-agent record`: one visit kept as a recording."""
