"""Real and hostile foreign servers for the tests."""
