"""How the pieces of a landscape lie together, and what lives in them."""
