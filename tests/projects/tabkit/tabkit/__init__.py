"""Small tables for small models."""

from tabkit.split import split_rows
from tabkit.table import read_table

__all__ = ["read_table", "split_rows"]
