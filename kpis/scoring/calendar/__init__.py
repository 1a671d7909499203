"""Days, weeks, months, quarters and years by a named zone, weeks and fiscal years as a workspace counts them. Pure."""
