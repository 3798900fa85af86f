"""The hashing of a Merkle tree by RFC 9162, section 2.1, and the frontier by which it grows a leaf at a time.

A frontier is the list of the roots of the perfect subtrees that a tree of ``size`` leaves falls into, largest
first: one for each bit that is set in ``size``. It is all that is needed to append a leaf and to know the root.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

Frontier = tuple[str, ...]
"""Hashes in hexadecimal."""

EMPTY_ROOT = hashlib.sha256(b"").hexdigest()
"""The root of a tree without leaves."""


def leaf_hash(leaf: bytes) -> str:
    """The hash of a leaf: its bytes after 0x00, so that no leaf can pass for a node."""
    return hashlib.sha256(b"\x00" + leaf).hexdigest()


def node_hash(left: str, right: str) -> str:
    """The hash of a node: its two children after 0x01."""
    return hashlib.sha256(b"\x01" + bytes.fromhex(left) + bytes.fromhex(right)).hexdigest()


def append(frontier: Frontier, size: int, leaf: str) -> Frontier:
    """The frontier after a leaf's hash is put behind ``size`` others."""
    grown = list(frontier)
    while size & 1:
        leaf = node_hash(grown.pop(), leaf)
        size >>= 1
    return (*grown, leaf)


def root(frontier: Frontier) -> str:
    """The root of the tree that falls into these subtrees."""
    if not frontier:
        return EMPTY_ROOT
    *larger, value = frontier
    for left in reversed(larger):
        value = node_hash(left, value)
    return value


def spans(size: int) -> list[tuple[int, int]]:
    """The leaves (first, last) that each hash of the frontier of a tree of ``size`` leaves stands for."""
    found, start = [], 0
    for bit in reversed(range(size.bit_length())):
        if size >> bit & 1:
            found.append((start, start + (1 << bit) - 1))
            start += 1 << bit
    return found


def frontier_of(leaves: Sequence[bytes]) -> Frontier:
    """The frontier of a whole tree, from its leaves."""
    frontier: Frontier = ()
    for size, leaf in enumerate(leaves):
        frontier = append(frontier, size, leaf_hash(leaf))
    return frontier
