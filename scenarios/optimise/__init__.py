"""Search for the plans that no other plan beats on every aim."""
