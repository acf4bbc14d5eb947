"""Compiled arithmetic that the loops over cells share."""
