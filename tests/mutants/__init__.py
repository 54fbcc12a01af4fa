"""Plants faults in the product, one at a time, and says which of them the tests notice.

A tool of the tests, run by hand: ``python -m tests.mutants``. See ``docs/testing.md``.
"""
