"""/tokens: the caller's own tokens, and for a manager those of her party."""

from __future__ import annotations

from notify.accounts import tokens
from notify.accounts.tokens import Token
from notify.actor import SCOPES
from notify.api.call import Answer, Call
from notify.api.models.access import NewToken
from notify.api.paging import paged
from notify.errors import LifecycleError
from notify.language import text
from notify.notices.view import rfc3339


async def list_tokens(call: Call) -> Answer:
    """GET /tokens: one's own, or with ``of=party`` those of the people whom one manages"""
    if call.request.query_params.get("of") == "party":
        call.actor.require("manage", "manager")
        found = await tokens.list_of_party(call.connection, call.actor.party or "", call.office.clock())
    else:
        found = await tokens.list_of(call.connection, call.actor.person_id or "", call.office.clock())
    return Answer(paged(call.request, [token_json(token) for token in found]))


async def create(call: Call) -> Answer:
    """POST /tokens"""
    body = call.parsed(NewToken)
    secret, token = await tokens.create(call.acting, body.name, body.scopes, body.days)
    return Answer({**token_json(token), "token": secret}, 201, {"location": f"/api/v1/tokens/{token.id}"})


async def get(call: Call) -> Answer:
    """GET /tokens/{id}"""
    return Answer(token_json(await tokens.get(call.connection, call.actor, call.path("id"), call.office.clock())))


async def delete(call: Call) -> Answer:
    """DELETE /tokens/{id}: revoked at once"""
    if call.path("id") == call.actor.token_id:
        raise LifecycleError(text("This is the token that you are using. Revoke it with another one, or on the page."))
    await tokens.revoke(call.acting, call.path("id"))
    return Answer(None)


def token_json(token: Token) -> dict[str, object]:
    """A token without its secret, which nobody knows any more."""
    return {
        "id": token.id,
        "person": token.person,
        "name": token.name,
        "hint": token.hint,
        "scopes": [scope for scope in SCOPES if scope in token.scopes],
        "created_at": rfc3339(token.created_at),
        "expires_at": rfc3339(token.expires_at),
        "used_at": rfc3339(token.used_at),
    }
