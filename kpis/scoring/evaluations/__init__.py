"""The statistics of evaluations, from exact counts: curve, guarantee, operating point, slices, groups, pairs."""
