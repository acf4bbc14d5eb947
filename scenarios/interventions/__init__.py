"""Measures of restoration, one file each: what, how much, what it costs and emits."""
