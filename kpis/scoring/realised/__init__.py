"""What an initiative moved in a KPI: an effect with an interval, how sure one can be of it, and why. Pure."""
