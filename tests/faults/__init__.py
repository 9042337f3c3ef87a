"""Faults planted in a copy of the code, one by one: each must turn the tests red.

planted.py lists the faults, __main__.py plants them. `make faults` runs it.
"""
