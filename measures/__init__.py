"""Instruments and scoring: pure Python, usable in a notebook and as ``python -m measures``."""
