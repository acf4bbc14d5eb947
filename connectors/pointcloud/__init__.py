"""LAS and LAZ: looked at first, decoded in a guarded child, gridded in chunks."""
