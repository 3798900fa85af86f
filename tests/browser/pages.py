"""Pages that are looked at, each by its route, as it opens or as it answers a form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tests.browser.window import Window

# Sent past the browser's own checks, as by one that has none, and also where the page offers no such form any more:
# then with the token of another form. `*` is typed into every field that takes text.
_SEND = """
([action, fields]) => {
  const posting = [...document.forms].filter(each => each.method === 'post')
  const path = each => new URL(each.getAttribute('action') || '', location).pathname
  let form = posting.find(each => path(each) === action)
  if (!form) {
    form = Object.assign(document.createElement('form'), { method: 'post', action })
    form.append(posting[0].querySelector('[name=csrf]').cloneNode())
    document.body.append(form)
  }
  const { '*': all, ...named } = fields
  if (all !== undefined) {
    form.querySelectorAll('input:not([type]), input[type=text], input[type=email], input[type=url], textarea')
      .forEach(field => { field.value = all })
  }
  for (const [name, value] of Object.entries(named)) {
    const own = [...form.elements].filter(each => each.name === name)
    if (own.length === 0 || own[0].tagName === 'BUTTON') {
      const hidden = Object.assign(document.createElement('input'), { type: 'hidden', name, value })
      form.append(hidden)
    } else if (['radio', 'checkbox'].includes(own[0].type)) {
      own.forEach(each => { each.checked = each.value === value })
    } else {
      own[0].value = value
    }
  }
  HTMLFormElement.prototype.submit.call(form)
}
"""


@dataclass(frozen=True)
class Visit:
    """A page to be looked at. ``values`` stand for the parameters of ``route``: names of a cast, else themselves.

    With ``fields`` a form of the page is sent, the one that posts to ``action`` (with names of the cast in braces; the
    page itself when it is ""), and what answers is looked at: ``status`` is the status of that.
    """

    route: str
    values: tuple[str, ...] = ()
    query: str = ""
    status: int = 200
    fields: Mapping[str, str] | None = None
    action: str = ""

    def path(self, cast: Mapping[str, str]) -> str:
        """Where the page is."""
        values = iter(self.values)
        return re.sub(r"{[^}]*}", lambda parameter: cast.get(value := next(values), value), self.route)

    def __str__(self) -> str:
        sent = f", {self.action} sent with {dict(self.fields)}"[:120] if self.fields is not None else ""
        return f"{self.path({})}{self.query}{sent}"


def sees(route: str, *values: str, query: str = "", status: int = 200) -> Visit:
    """A page as it opens."""
    return Visit(route, values, query, status)


def sends(
    route: str, *values: str, fields: Mapping[str, str], status: int = 422, action: str = "", query: str = ""
) -> Visit:
    """A page that answers a form."""
    return Visit(route, values, query, status, fields, action)


async def send(window: Window, action: str, fields: Mapping[str, str]) -> None:
    """Send the form of the page in ``window`` that posts to ``action``."""
    async with window.page.expect_navigation():
        await window.page.evaluate(_SEND, [action, dict(fields)])


async def open_visit(window: Window, visit: Visit, cast: Mapping[str, str], open_now: str = "") -> str:
    """Open what is to be looked at, and answer which page is open then; "" for what answered a form.

    A form is sent from the page that is open now, if it is the right one. Raises AssertionError for another status
    than the visit's, and for a page that leads elsewhere.
    """
    page = visit.path(cast) + visit.query
    if visit.fields is None:
        await window.go(page, visit.status)
        assert window.path == visit.path(cast), f"it leads to {window.path}"  # as to /signin, which has no fault
        return page
    if open_now != page:
        await window.go(page)
    fields = {name: cast.get(value, value) for name, value in visit.fields.items()}
    await send(window, visit.action.format_map(cast) or visit.path(cast), fields)
    assert window.status == visit.status, f"{window.status}, {await window.words()}"
    return ""
