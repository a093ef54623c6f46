"""Snapshot to Resolution: each package pinned to an artifact by hash or carried as bytes, and what bases there are.

Start at `resolution.py`. Nothing is imported here: a run that uses an earlier resolution again needs `reuse.py` alone.
"""
