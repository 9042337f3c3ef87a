"""Faults planted in a copy of the code, one by one: each must turn the tests red.

fault     what a fault is
planted   those in the store, the pages and the layers
compiler  those in checking, planning and writing a query as SQL
__main__  plants them: `make faults`
"""
