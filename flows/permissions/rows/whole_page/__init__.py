"""What is read of a page so far, and whether the whole page agrees with it."""
