"""Reports that can be filed: one HTML file, no script, nothing from elsewhere."""
