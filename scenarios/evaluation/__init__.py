"""How good a state or a plan is: indicators, weights, services, attributes."""
