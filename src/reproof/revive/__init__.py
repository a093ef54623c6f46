"""An old project brought back: what to try next, and what a failure means. Pure; `reviving` does what is decided here.

Start at `attempts.py`.
"""
