"""Links that act: a token that names its row and proves that this node made it. GET shows, POST acts.

The token is made again at each rendering, the same bytes until the row's generation is raised, so that a mail sent
again is the same mail; nothing secret is stored.
"""

from __future__ import annotations

from notify.errors import NotVisible
from notify.vault import Vault


def make(vault: Vault, purpose: str, row: str, generation: int) -> str:
    """A token for ``row`` (letters, digits, ``-`` and ``:``), such as an attendance or a party's revision."""
    return f"{row}.{vault.link_token(purpose, row, generation)}"


def row_of(token: str) -> str:
    """The row that a token names, not yet proved. Raises `NotVisible` for what is no token."""
    row, dot, mac = token.rpartition(".")
    if not dot or not row or not mac or len(token) > 200:
        raise NotVisible()
    return row


def check(vault: Vault, token: str, purpose: str, row: str, generation: int) -> None:
    """Raise `NotVisible` unless the token was made for this purpose, row and generation."""
    if not vault.link_matches(token.rpartition(".")[2], purpose, row, generation):
        raise NotVisible()
