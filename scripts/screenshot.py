"""Takes the pictures of the README from a running demonstration: ``python -m scripts.screenshot http://127.0.0.1:8000``.

Signs in as Peru's officer by the demonstration's button and opens the home page and a notice of Peru's.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from scripts.browser import find

FOLDER = Path(__file__).parent.parent / "docs"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def pictures(page: Page, site: str, folder: Path, width: int) -> None:
    """The home page and the notice PUMA, as Peru's officer sees them."""
    page.goto(f"{site}/signin?lang=es")
    page.locator("button.n-try__as").first.click()
    page.wait_for_url(f"{site}/")
    page.screenshot(path=folder / "home.png", full_page=True)
    page.locator("a", has_text="PUMA").first.click()
    page.wait_for_load_state()
    page.screenshot(path=folder / "notice.png", full_page=True)


def main(site: str, folder: Path = FOLDER, width: int = 1280) -> None:
    """Take them."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": width, "height": 900})
        pictures(page, site.rstrip("/"), folder, width)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
