"""Signs of failure in what is measured: when a slope will go, and how sure that is."""
