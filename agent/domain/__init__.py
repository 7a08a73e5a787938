"""Pure rules over values; standard library only, imports nothing of ours."""
