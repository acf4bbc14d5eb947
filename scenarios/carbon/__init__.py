"""The carbon account: what a plan took from the air, what it cost, how sure that is."""
