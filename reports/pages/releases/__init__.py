"""Releases: what was asked for, decided and built."""
