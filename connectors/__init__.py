"""The outside world in and out: clouds, rasters, vectors, tables and live feeds."""
