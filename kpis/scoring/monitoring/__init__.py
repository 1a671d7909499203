"""Judgement of what is observed: drift, silent segments, and how many alarms so many tests may raise."""
