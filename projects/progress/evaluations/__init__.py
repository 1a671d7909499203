"""Exact counts of an evaluation, which add up: levels, ladders, tallies by slice and group, confusions."""
