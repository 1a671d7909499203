"""What is counted of data without seeing it: rows as hashes, splits, what two versions share. Pure."""
