"""What the benchmarks share: their world, their figures, the bare scripts they compare with."""
