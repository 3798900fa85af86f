"""Who will be told of a notice that is being written, why, and whom no channel reaches; what borders besides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from notify.delivery.subscriptions import reachable
from notify.language import Text, text
from notify.notices.notice import Content
from notify.parties import graph
from notify.parties.names import place_name
from notify.parties.preview import preview
from notify.parties.reasons import reasons_words
from notify.web.visit import Visit


@dataclass(frozen=True)
class ToTell:
    """A party with all its reasons in one line."""

    party: str
    why: str
    reachable: bool


@dataclass(frozen=True)
class Telling:
    """``bordering`` are territories that nobody is told for, with the state that administers each."""

    parties: Sequence[ToTell]
    bordering: Sequence[str]
    open_questions: Sequence[Text]

    @property
    def unreachable(self) -> list[str]:
        """Codes of the parties that no channel reaches."""
        return [each.party for each in self.parties if not each.reachable]


async def telling(connection: AsyncConnection, visit: Visit, content: Content, earlier: Iterable[str] = ()) -> Telling:
    """For a notice, whole or not; ``earlier`` were told of its latest revision."""
    shown = preview(content, await graph.current(connection), visit.directory, await reachable(connection), earlier)
    parties = [
        ToTell(item.party, reasons_words(item.reasons, visit.directory, visit.say), item.reachable)
        for item in shown.items
    ]
    bordering = [
        f"{place_name(place.territory, visit.language)} ({place_name(place.administered_by, visit.language)})"
        for place in shown.also_bordering
    ]
    return Telling(parties, bordering, _open(content))


def _open(content: Mapping[str, object]) -> list[Text]:
    """What is not said yet and adds parties once it is."""
    found = []
    if "participants" not in content:
        found.append(text("Participants are missing: every state that takes part is told."))
    if "observation" not in content:
        found.append(text("Whether observers are invited is not said yet: every party invited is told."))
    return found
