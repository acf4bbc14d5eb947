"""Standards of jurisdictions as data: limits with version and provenance."""
