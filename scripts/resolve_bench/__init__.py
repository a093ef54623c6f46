"""What `scripts/bench-resolve` is made of: the tools that are compared, one trial of a set, the table."""
