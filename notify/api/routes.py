"""The API as one flat table: every path with its verbs, who handles it, what it needs, takes and answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import cache

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from notify.api import (
    adjacency,
    attendance,
    audit,
    docs,
    events,
    examples,
    jwks,
    notices,
    openapi,
    parties,
    receipts,
    subscriptions,
    tokens,
)
from notify.api.call import Handler
from notify.api.checks import (
    ANYBODY,
    PARTY_ROLES,
    READERS,
    Right,
    hosted_attendance,
    may,
    own_notice,
    readable_notice,
    signed_in,
    visible_attendance,
    visible_delivery,
    visible_subscription,
    visible_token,
)
from notify.api.models.access import AuditList, NewToken, Token, TokenList, TokenMade
from notify.api.models.attendance import Attendance, AttendanceBody, AttendanceList, DecisionBody, ReplyBody
from notify.api.models.notices import NoticeList, NoticeView, Revision, RevisionList
from notify.api.models.parties import Adjacency, AdjacencyBody, Party, PartyList
from notify.api.models.shared import Nothing
from notify.api.models.subscriptions import EventList, Subscription, SubscriptionList, SubscriptionMade
from notify.api.models.told import Delivery, DeliveryList, PreviewShown, Receipt, ReceiptList, RecipientList
from notify.api.operations import Operation, routes_of
from notify.api.parameters import AFTER, CURSOR, LIMIT, NOTICE_FILTERS, OF, PARTY_KIND
from notify.delivery.subscription_models import NewSubscription, SubscriptionChange
from notify.notices.bodies import (
    AcknowledgeBody,
    AmendBody,
    CancelBody,
    CompleteBody,
    PostponeBody,
    PreviewBody,
    WithdrawBody,
)
from notify.notices.content import NoticeDraft

LIST = (LIMIT, CURSOR)


def _step(
    verb_path: str, name: str, summary: str, handler: Handler, right: Right, *,
    body: type[BaseModel] = Nothing, shown: Mapping[str, object] = {}, description: str = "",
) -> Operation:  # fmt: skip
    """A step of a notice's life cycle: answers the notice, honours If-Match, and 409 where it is not possible."""
    verb, path = verb_path.split()
    return Operation(
        verb, path, name, summary, handler, right, "notices", answer=NoticeView, body=body, examples=shown,
        body_required=body in (NoticeDraft, AmendBody), conditional=True, etag=True, also=(409,),
        description=description,
    )  # fmt: skip


def _decision(
    name: str, path: str, summary: str, handler: Handler, right: Right, *,
    body: type[BaseModel] = Nothing, shown: Mapping[str, object] = {}, description: str = "",
) -> Operation:  # fmt: skip
    """A step of an attendance."""
    return Operation(
        "POST", path, name, summary, handler, right, "observers", answer=Attendance, body=body, examples=shown,
        body_required=body is ReplyBody, also=(409,), description=description,
    )  # fmt: skip


OPERATIONS: tuple[Operation, ...] = (
    # Parties and their neighbours
    Operation("GET", "/parties", "list_parties", "Parties", parties.list_parties, may("read", *ANYBODY), "parties",
              answer=PartyList, parameters=(PARTY_KIND, *LIST)),
    Operation("GET", "/parties/{code}", "get_party", "A party", parties.get, may("read", *ANYBODY), "parties",
              answer=Party),
    Operation("GET", "/adjacency", "get_adjacency", "Neighbouring states", adjacency.get, may("read", *ANYBODY),
              "parties", answer=Adjacency),
    Operation("PUT", "/adjacency", "replace_adjacency", "Replace the table of neighbouring states", adjacency.replace,
              may("manage", "administrator"), "parties", answer=Adjacency, body=AdjacencyBody,
              examples=examples.ADJACENCY, also=(412,),
              description="The same table makes no new version. The parties of every pair that came or went are told."
              " Past notices stay as they are."),
    Operation("POST", "/adjacency/preview", "preview_recipients", "Who would be told", adjacency.show_preview,
              may("draft", "officer"), "parties", answer=PreviewShown, body=PreviewBody, examples=examples.PREVIEW,
              safe=True),
    # Notices
    Operation("GET", "/notices", "list_notices", "Notices that the caller may read", notices.list_notices,
              may("read", *READERS), "notices", answer=NoticeList, parameters=(*NOTICE_FILTERS, *LIST)),
    Operation("POST", "/notices", "create_notice", "Write a draft", notices.create, may("draft", "officer"), "notices",
              answer=NoticeView, body=NoticeDraft, examples=examples.NOTICES, status=201, etag=True,
              description="A draft needs its measure and state; what else is given must be right."),
    Operation("GET", "/notices/{id}", "get_notice", "A notice", notices.get, readable_notice("read", *READERS),
              "notices", answer=NoticeView, etag=True),
    _step("PUT /notices/{id}", "replace_notice", "Replace a draft", notices.replace, own_notice("draft", "officer"),
          body=NoticeDraft, shown=examples.NOTICES),
    Operation("DELETE", "/notices/{id}", "delete_notice", "Delete a draft", notices.delete,
              own_notice("draft", "officer"), "notices", status=204, conditional=True, also=(409,)),
    _step("POST /notices/{id}/submit", "submit_notice", "Hand a draft to whoever releases it", notices.submit,
          own_notice("draft", "officer")),
    _step("POST /notices/{id}/return", "return_notice", "Return a submitted notice to its author", notices.send_back,
          own_notice("publish", "officer")),
    _step("POST /notices/{id}/publish", "publish_notice", "Publish", notices.publish, own_notice("publish", "officer"),
          description="Makes revision 1, gives the reference and tells every recipient."),
    _step("POST /notices/{id}/amend", "amend_notice", "Amend", notices.amend, own_notice("publish", "officer"),
          body=AmendBody, shown=examples.AMENDMENT,
          description="Replaces whole fields at the top of a notice; what is not named stays. A period puts a postponed"
          " notice in force again. Measure, state and test never change."),
    _step("POST /notices/{id}/postpone", "postpone_notice", "Postpone without new dates", notices.postpone,
          own_notice("publish", "officer"), body=PostponeBody, shown=examples.POSTPONEMENT),
    _step("POST /notices/{id}/cancel", "cancel_notice", "Cancel", notices.cancel, own_notice("publish", "officer"),
          body=CancelBody, shown=examples.CANCELLATION),
    _step("POST /notices/{id}/complete", "complete_notice", "Complete, once it has begun", notices.complete,
          own_notice("publish", "officer"), body=CompleteBody, shown=examples.COMPLETION),
    _step("POST /notices/{id}/withdraw", "withdraw_notice", "Withdraw as issued in error", notices.withdraw,
          own_notice("publish", "officer"), body=WithdrawBody, shown=examples.WITHDRAWAL),
    Operation("GET", "/notices/{id}/revisions", "list_revisions", "Revisions of a notice", notices.list_revisions,
              readable_notice("read", *READERS), "notices", answer=RevisionList, parameters=LIST),
    Operation("GET", "/notices/{id}/revisions/{n}", "get_revision", "A revision", notices.get_revision,
              readable_notice("read", *READERS), "notices", answer=Revision, signed=True,
              description="With `Accept: application/jose+json` its signed form alone, as it was stored."),
    # Who is told, over what, and who said so
    Operation("GET", "/notices/{id}/recipients", "list_recipients", "Who was told, and why", receipts.recipients,
              readable_notice("read", *READERS), "receipts", answer=RecipientList, parameters=LIST),
    Operation("GET", "/notices/{id}/deliveries", "list_deliveries", "Over which channels", receipts.list_deliveries,
              readable_notice("read", *READERS), "receipts", answer=DeliveryList, parameters=LIST),
    Operation("GET", "/notices/{id}/acknowledgements", "list_acknowledgements", "Who acknowledged what",
              receipts.list_acknowledgements, readable_notice("read", *READERS), "receipts", answer=ReceiptList,
              parameters=LIST),
    Operation("POST", "/notices/{id}/acknowledgements", "acknowledge_notice", "Acknowledge a revision",
              receipts.acknowledge, readable_notice("acknowledge", "officer"), "receipts", answer=Receipt,
              body=AcknowledgeBody, examples=examples.ACKNOWLEDGEMENT, status=201, located=False, also=(200,),
              description="A receipt by a recipient, without prejudice. A second one answers 200 with the first."),
    Operation("POST", "/deliveries/{id}/retry", "retry_delivery", "Try a delivery again", receipts.retry,
              visible_delivery("subscribe", *PARTY_ROLES), "receipts", answer=Delivery, body=Nothing,
              body_required=False, also=(409,),
              description="By the owner of its subscription; an invitation by an officer of the host."),
    # Observers
    Operation("GET", "/notices/{id}/attendance", "list_attendance", "Observers of a notice", attendance.list_of_notice,
              readable_notice("read", *READERS), "observers", answer=AttendanceList, parameters=LIST),
    Operation("POST", "/notices/{id}/attendance", "ask_to_attend", "Ask to attend, or nominate an observer",
              attendance.ask, readable_notice("attend", "officer", "observer"), "observers", answer=Attendance,
              body=AttendanceBody, body_required=False, examples=examples.ATTENDANCE, status=201, also=(409,),
              description="An observer asks for oneself; an officer names the `observer` whom she nominates."),
    Operation("GET", "/attendance/{id}", "get_attendance", "An attendance", attendance.get,
              visible_attendance("read", *READERS), "observers", answer=Attendance),
    _decision("endorse_attendance", "/attendance/{id}/endorse", "Stand behind a request of one's own observer",
              attendance.endorse, visible_attendance("decide", "officer")),
    _decision("approve_attendance", "/attendance/{id}/approve", "Give a seat, as the host", attendance.approve,
              hosted_attendance()),
    _decision("decline_attendance", "/attendance/{id}/decline", "Give no seat, as the host", attendance.decline,
              hosted_attendance(), body=DecisionBody, shown=examples.DECISION),
    _decision("withdraw_attendance", "/attendance/{id}/withdraw", "Take a request or a seat back", attendance.withdraw,
              visible_attendance("attend", "officer", "observer"), body=DecisionBody, shown=examples.DECISION,
              description="By the observer or an officer of the observer's own party."),
    _decision("revoke_attendance", "/attendance/{id}/revoke", "Take a seat back, as the host", attendance.revoke,
              hosted_attendance(), body=DecisionBody, shown=examples.DECISION),
    _decision("reply_to_invitation", "/attendance/{id}/reply", "Answer the invitation", attendance.reply,
              visible_attendance("attend", "officer", "observer"), body=ReplyBody, shown=examples.REPLY),
    # Subscriptions and events
    Operation("GET", "/subscriptions", "list_subscriptions", "Subscriptions", subscriptions.list_subscriptions,
              may("read", *PARTY_ROLES), "subscriptions", answer=SubscriptionList, parameters=LIST),
    Operation("POST", "/subscriptions", "create_subscription", "Subscribe", subscriptions.create,
              may("subscribe", *PARTY_ROLES), "subscriptions", answer=SubscriptionMade, body=NewSubscription,
              examples=examples.SUBSCRIPTION, status=201, also=(409,),
              description="Official ones by a manager, personal ones by anyone of the party. The secret, or the"
              " addresses of a feed, are shown this once. A mail address is confirmed by the link that is sent to it."),
    Operation("GET", "/subscriptions/{id}", "get_subscription", "A subscription", subscriptions.get,
              visible_subscription("read", *PARTY_ROLES), "subscriptions", answer=Subscription),
    Operation("PATCH", "/subscriptions/{id}", "change_subscription", "Change a subscription", subscriptions.change,
              visible_subscription("subscribe", *PARTY_ROLES), "subscriptions", answer=Subscription,
              body=SubscriptionChange, body_required=False, examples=examples.SUBSCRIPTION_CHANGE, also=(409,)),
    Operation("DELETE", "/subscriptions/{id}", "delete_subscription", "End a subscription", subscriptions.delete,
              visible_subscription("subscribe", *PARTY_ROLES), "subscriptions", status=204, also=(409,)),
    Operation("POST", "/subscriptions/{id}/test", "test_subscription", "Send a test", subscriptions.send_test,
              visible_subscription("subscribe", *PARTY_ROLES), "subscriptions", answer=Subscription, body=Nothing,
              body_required=False, status=202, also=(409,),
              description="What becomes of it is seen at the subscription: `last_success_at` or `failing_since`."),
    Operation("POST", "/subscriptions/{id}/rotate-secret", "rotate_secret", "A new secret",
              subscriptions.rotate_secret, visible_subscription("subscribe", *PARTY_ROLES), "subscriptions",
              answer=SubscriptionMade, body=Nothing, body_required=False, also=(409,),
              description="The old secret of a webhook signs too for a day; the old addresses of a feed end at once."),
    Operation("GET", "/events", "list_events", "What happened, in the party's own order", events.list_events,
              may("read", "officer", "manager"), "subscriptions", answer=EventList, parameters=(AFTER, LIMIT),
              description="For whoever cannot receive webhooks."),
    # Tokens and the audit log
    Operation("GET", "/tokens", "list_tokens", "Tokens", tokens.list_tokens, may("read", *ANYBODY), "tokens",
              answer=TokenList, parameters=(OF, *LIST)),
    Operation("POST", "/tokens", "create_token", "Make a token for oneself", tokens.create, signed_in(), "tokens",
              answer=TokenMade, body=NewToken, examples=examples.TOKEN, status=201, also=(409,)),
    Operation("GET", "/tokens/{id}", "get_token", "A token", tokens.get, visible_token("read", *ANYBODY), "tokens",
              answer=Token),
    Operation("DELETE", "/tokens/{id}", "revoke_token", "Revoke a token", tokens.delete, visible_token(), "tokens",
              status=204, also=(409,),
              description="One's own that can do no more than the one that makes the call, but not that one itself. "
              "Those that were made with it end with it."),
    Operation("GET", "/audit", "list_audit_lines", "The audit log", audit.list_lines, may("read", "auditor"), "audit",
              answer=AuditList, parameters=LIST),
)  # fmt: skip


def api_routes() -> list[Route]:
    """The operations, the document that describes them, its page, and the public keys."""
    return [
        Route(openapi.PATH, _document(), methods=["GET"]),
        Route(docs.PATH, docs.page, methods=["GET"]),
        Route(jwks.PATH, jwks.key_set, methods=["GET"]),
        *routes_of(OPERATIONS),
    ]


@cache
def _document() -> Callable[[Request], Awaitable[Response]]:
    """The document takes a fifth of a second to make: every application of a process serves the same."""
    return openapi.server(OPERATIONS)
