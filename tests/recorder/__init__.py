"""The recorder, in real processes."""
