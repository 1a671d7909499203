"""Geometry of the small server-rendered drawings: numbers in, coordinates out. Pure, no markup."""
