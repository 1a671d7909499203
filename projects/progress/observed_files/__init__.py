"""Observations in result files of other libraries: each reader takes parsed JSON and says what it did not read."""
