"""What is wrong with a page as it is shown: by axe, by day and by night, on a desk and on a phone; and by its width."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.browser.window import Window

AXE = (Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")

WIDTHS = (1280, 360)
"""Where axe runs: a desk's screen and a phone."""

NARROWEST = 320
"""Where a page must not scroll sideways (WCAG 1.4.10): a desk's screen enlarged four times."""

# Nothing is preloaded: that is for rules of sounds and of experiments, and takes as long as all the others.
# Rules are chosen by their tags: by default axe leaves out some of WCAG 2.2, such as the size of what is touched.
_RUN = """
() => axe.run(document, {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'],
  resultTypes: ['violations'], iframes: false, preload: false,
}).then(found => found.violations.flatMap(rule => rule.nodes.slice(0, 3).map(node => `${rule.id}: ${node.html}`)))
"""

# By night nothing but colours is another.
_RUN_DARK = """
() => axe.run(document, {
  runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] },
  resultTypes: ['violations'], iframes: false, preload: false,
}).then(found => found.violations.flatMap(rule => rule.nodes.slice(0, 3).map(node => `${rule.id}: ${node.html}`)))
"""

# What is folded away is part of the page too.
_UNFOLD = "() => document.querySelectorAll('details').forEach(each => { each.open = true })"

TOO_WIDE = """
() => {
  const width = window.innerWidth
  if (document.scrollingElement.scrollWidth <= width) return []
  const wide = [...document.body.querySelectorAll('*')].filter(each => each.getBoundingClientRect().right > width + 0.5)
  const found = wide.filter(each => !wide.some(other => other !== each && each.contains(other)))
  const named = found.slice(0, 3).map(each => each.outerHTML.slice(0, 150)).join(' ')
  return [`scrolls sideways, ${document.scrollingElement.scrollWidth} px: ${named}`]
}
"""


async def faults(window: Window) -> list[str]:
    """What is wrong with the page in ``window``, each with its width, rule and element."""
    page = window.page
    await page.evaluate(_UNFOLD)
    found: list[str] = []
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 900})
        found += [f"at {width} px, {each}" for each in await _list(window, _RUN)]
    await page.emulate_media(color_scheme="dark")
    found += [f"by night, {each}" for each in await _list(window, _RUN_DARK)]
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": NARROWEST, "height": 900})
    found += [f"at {NARROWEST} px, {each}" for each in await _list(window, TOO_WIDE)]
    return found


async def _list(window: Window, script: str) -> list[Any]:
    answer: list[Any] = await window.page.evaluate(script)
    return answer
