"""Pure rules over values; of ours they import plain tables of the flows alone."""
