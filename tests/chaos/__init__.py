"""The whole product under random faults, compared with the truth afterwards: `make chaos SEED=7 MINUTES=10`."""
