"""One file per promise of performance. Each prints ratios against a floor that it measures in the same run."""
