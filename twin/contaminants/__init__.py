"""What poisons soil and water, how much of it there is, and how it moves."""
