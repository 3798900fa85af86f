"""A build hook of hatchling: what a wheel holds besides its packages. An editable install needs neither."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WheelHook(BuildHookInterface):  # type: ignore[type-arg]  # its parameter is the builder's own configuration
    """Ships templates/ as notify/_templates, and refuses a wheel whose pages would come without their stylesheet."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Raises RuntimeError where the browser assets are missing."""
        if version == "editable":
            return
        root = Path(self.root)
        if not (root / "notify" / "static" / "vendor" / "govuk.css").exists():
            raise RuntimeError("notify/static/vendor is empty; `make dist` builds the browser assets first.")
        build_data["force_include"][str(root / "templates")] = "notify/_templates"
