"""The soil as a column: what it carries, and how it moves with all of it."""
