"""Judgement of labels: their error and the ceiling it sets, when there will be enough, and how many a target needs."""
