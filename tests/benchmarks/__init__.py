"""Measurements, not tests: medians and ratios printed by ``make bench``, quoted in docs/performance.md."""
