"""The documents, in story order: Snapshot, Resolution, BuildPlan, BuildContext, Image, Execution, Comparison, Verdict.

All are frozen, stored as canonical JSON under the digest of their own bytes, and name the digest of what they were
made from. Read the modules in that order.
"""
