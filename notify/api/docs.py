"""/api/docs: the document that describes the API, as a page. Needs no token and loads nothing from elsewhere."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

PATH = "/api/docs"

_PAGE = """<!doctype html>
<html lang="en" class="govuk-template">
<head>
  <meta charset="utf-8">
  <title>JSON API – Advance notices between states</title>
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light">
  <link rel="icon" href="/static/favicon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/static/vendor/swagger-ui/swagger-ui.css">
  <link rel="stylesheet" href="/static/docs.css">
  <script src="/static/vendor/swagger-ui/swagger-ui-bundle.js" defer></script>
  <script src="/static/docs.js" defer></script>
</head>
<body>
  <header>
    <a href="/">Advance notices between states</a>
    <a href="/api/v1/openapi.json">The same as OpenAPI 3.1</a>
  </header>
  <div id="docs"><noscript><p>This page needs JavaScript. <a href="/api/v1/openapi.json">The same as OpenAPI
  3.1</a> does not.</p></noscript></div>
</body>
</html>
"""


async def page(request: Request) -> Response:
    """GET /api/docs"""
    return HTMLResponse(_PAGE, headers={"cache-control": "public, max-age=3600"})
