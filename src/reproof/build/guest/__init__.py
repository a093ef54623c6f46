"""Runs inside build containers, under the interpreter of the target: standard library only, from Python 3.6 on."""
