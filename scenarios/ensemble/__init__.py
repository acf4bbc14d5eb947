"""Ensembles: the same scenario many times, with what nobody knows drawn anew."""
