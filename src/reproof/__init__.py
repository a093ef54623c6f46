"""reproof records a training run, and later proves that the run can be repeated."""

__version__ = "0.1.0"
