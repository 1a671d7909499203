"""Judgement of delivery: when the tasks that are left will be done."""
