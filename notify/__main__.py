"""``python -m notify`` is ``csbm-notify``."""

from __future__ import annotations

from notify.cli import main

if __name__ == "__main__":
    main()
