"""The permission grids: one reader a layout, behind `read_grid`."""
