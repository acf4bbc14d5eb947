"""State corrected by observations: ensembles that carry their own error."""
