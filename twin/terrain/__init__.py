"""Pure functions on terrain rasters: filling, routing, derivatives, slope length."""
