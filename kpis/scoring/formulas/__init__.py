"""Formulas of derived KPIs: a small language over other KPIs and facts, read, reckoned and told in units. Pure."""
