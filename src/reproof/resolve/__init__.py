"""Snapshot to Resolution: each package pinned to an artifact by hash or carried as bytes, and what bases there are."""

from reproof.resolve.ports import ResolveTools
from reproof.resolve.resolution import resolve

__all__ = ["ResolveTools", "resolve"]
