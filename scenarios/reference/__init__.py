"""Reference cases: processes against printed numbers, peer programs, closed forms."""
