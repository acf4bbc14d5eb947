"""The outside world in and out: point clouds, rasters, vectors, tables and live feeds."""
