"""The guest: runs inside the user's processes. Standard library only, and one small C library."""
