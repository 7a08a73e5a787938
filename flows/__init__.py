"""How one visit is done in a browser; knows nothing of mail, state, settings or schedules."""
