"""The arithmetic of labeling, on whole numbers that add up: progress, quotas, agreement, audit samples, gold."""
