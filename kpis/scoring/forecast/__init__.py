"""When an initiative is ready: the latest of its parts, as a distribution; what decides it, and how forecasts did."""
