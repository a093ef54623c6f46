"""A recording becomes a Snapshot: sorted, redacted, its bytes kept."""
