"""Benchmarks against ceilings and peers, run by hand: `make bench`. Ratios count, not absolute figures."""
