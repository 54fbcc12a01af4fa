"""Pure statistics: plain values and DataFrames in, frozen records out. No Django, no clock, no logging.

Imports no other room.
"""
