"""JSON Feed 1.1."""

from __future__ import annotations

from collections.abc import Sequence

from notify.feeds.items import Item
from notify.language import Translator
from notify.notices.notice import dumps
from notify.notices.view import notice_json, rfc3339

MEDIA_TYPE = "application/feed+json"


def render(items: Sequence[Item], title: str, self_url: str, site: str, say: Translator) -> bytes:
    """A feed of notices; ``_notice`` of an item is the notice as the API shows it."""
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": title,
        "home_page_url": site,
        "feed_url": self_url,
        "language": say.language,
        "items": [
            {
                "id": f"urn:uuid:{item.notice.id}",
                "url": item.url,
                "title": item.title,
                "content_text": "\n".join(item.lines),
                "language": item.language,
                "date_published": rfc3339(item.notice.published_at),
                "date_modified": rfc3339(item.notice.latest_at),
                "authors": [{"name": item.state}],
                "tags": item.tags,
                "_notice": notice_json(item.notice),
            }
            for item in items
        ],
    }
    return dumps(document).encode()
