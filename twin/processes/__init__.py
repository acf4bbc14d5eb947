"""The processes, one mechanism per file."""
