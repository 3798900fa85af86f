"""Fills notify/static/vendor/ from node_modules: what pages load that others wrote. Nothing of it is committed.

`python -m scripts.assets` builds it anew; `make setup` does so when one of `inputs` has changed.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from scripts.node import ROOT, npm

VENDOR = ROOT / "notify" / "static" / "vendor"
MODULES = ROOT / "node_modules"

COPIES = {
    "govuk-frontend.min.js": "govuk-frontend/dist/govuk/govuk-frontend.min.js",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "swagger-ui/swagger-ui.css": "swagger-ui-dist/swagger-ui.css",
    "swagger-ui/swagger-ui-bundle.js": "swagger-ui-dist/swagger-ui-bundle.js",
    # The letters that look.css names: Latin and Latin extended hold the four languages and every proper name in use.
    "fonts/source-sans-3-latin-wght-normal.woff2": (
        "@fontsource-variable/source-sans-3/files/source-sans-3-latin-wght-normal.woff2"
    ),
    "fonts/source-sans-3-latin-ext-wght-normal.woff2": (
        "@fontsource-variable/source-sans-3/files/source-sans-3-latin-ext-wght-normal.woff2"
    ),
    "fonts/source-serif-4-latin-wght-normal.woff2": (
        "@fontsource-variable/source-serif-4/files/source-serif-4-latin-wght-normal.woff2"
    ),
    # Their licences ask to travel with them.
    "licences/htmx.txt": "htmx.org/LICENSE",
    "licences/source-sans-3.txt": "@fontsource-variable/source-sans-3/LICENSE",
    "licences/source-serif-4.txt": "@fontsource-variable/source-serif-4/LICENSE",
    "licences/swagger-ui.txt": "swagger-ui-dist/LICENSE",
    "licences/swagger-ui-notice.txt": "swagger-ui-dist/NOTICE",
    "licences/swagger-ui-bundle.txt": "swagger-ui-dist/swagger-ui-bundle.js.LICENSE.txt",
}
"""Names in the vendor folder, and where they come from in node_modules."""

STYLESHEET = "govuk.css"


def inputs() -> Iterator[Path]:
    """The files that decide what the vendor folder holds."""
    yield ROOT / "package-lock.json"
    yield ROOT / "assets" / "govuk.scss"
    yield Path(__file__)


def outputs() -> Iterator[Path]:
    """Every file of the vendor folder."""
    yield VENDOR / STYLESHEET
    yield from (VENDOR / name for name in COPIES)


def build() -> None:
    """Builds the folder anew; a page served meanwhile finds the old files until the new ones stand beside them."""
    fresh = VENDOR.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    style = ["--load-path=node_modules", "--style=compressed", "--no-source-map", "assets/govuk.scss"]
    npm("exec", "--offline", "--", "sass", *style, str(fresh / STYLESHEET))
    for name, source in COPIES.items():
        target = fresh / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(MODULES / source, target)
    shutil.rmtree(VENDOR, ignore_errors=True)
    fresh.rename(VENDOR)


if __name__ == "__main__":
    build()
