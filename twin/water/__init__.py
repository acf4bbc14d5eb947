"""Water of single storms: how much runs off and how much soaks in."""
