"""What bands seen from above say of plants, water, bare ground and heat."""
