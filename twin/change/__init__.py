"""What changed between grounds: whether they compare, volumes, errors, sections."""
