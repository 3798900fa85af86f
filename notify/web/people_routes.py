"""The pages of accounts, observers, subscriptions, neighbouring states and the node: one row a page or act."""

from __future__ import annotations

from starlette.routing import Route

from notify.web import (
    account,
    answer_link,
    attendance_acts,
    attendance_pages,
    audit_pages,
    demo_pages,
    my_attendance,
    neighbours,
    neighbours_edit,
    observers_pages,
    operation_page,
    parties_pages,
    people_pages,
    signing_in,
    subscription_links,
    subscriptions_pages,
    tokens_pages,
)

_GET = ["GET"]
_POST = ["POST"]
_BOTH = ["GET", "POST"]

ROUTES = [
    Route("/signin", signing_in.sign_in, methods=_BOTH),
    Route("/signout", signing_in.sign_out, methods=_POST),
    Route("/forgot", signing_in.forgot, methods=_BOTH),
    Route("/welcome/{token}", signing_in.welcome, methods=_BOTH),
    Route("/account", account.account, methods=_GET),
    Route("/account/language", account.set_language, methods=_POST),
    Route("/account/password", account.change_password, methods=_POST),
    Route("/account/sessions", account.close_session, methods=_POST),
    Route("/tokens", tokens_pages.show, methods=_GET),
    Route("/tokens", tokens_pages.create, methods=_POST),
    Route("/tokens/{id}/revoke", tokens_pages.revoke, methods=_POST),
    Route("/people", people_pages.listing, methods=_GET),
    Route("/people/invite", people_pages.invite, methods=_BOTH),
    Route("/people/{id}", people_pages.show, methods=_GET),
    Route("/people/{id}/roles", people_pages.change_roles, methods=_POST),
    Route("/people/{id}/reset", people_pages.reset, methods=_POST),
    Route("/people/{id}/disable", people_pages.disable, methods=_POST),
    Route("/people/{id}/enable", people_pages.enable, methods=_POST),
    Route("/observers", observers_pages.show, methods=_GET),
    Route("/my-attendance", my_attendance.show, methods=_GET),
    Route("/notices/{id}/attendance", attendance_pages.show, methods=_GET),
    Route("/notices/{id}/attendance", attendance_pages.ask, methods=_POST),
    Route("/notices/{id}/nominate", attendance_pages.nominate, methods=_BOTH),
    Route("/attendance/{id}/endorse", attendance_acts.endorse, methods=_POST),
    Route("/attendance/{id}/approve", attendance_acts.approve, methods=_POST),
    Route("/attendance/{id}/reply", attendance_acts.reply, methods=_POST),
    Route("/attendance/{id}/resend", attendance_acts.resend, methods=_POST),
    Route("/attendance/{id}/decline", attendance_acts.with_reason, methods=_BOTH),
    Route("/attendance/{id}/withdraw", attendance_acts.with_reason, methods=_BOTH),
    Route("/attendance/{id}/revoke", attendance_acts.with_reason, methods=_BOTH),
    Route("/answer/{token}", answer_link.answer, methods=_BOTH),
    Route("/subscriptions", subscriptions_pages.listing, methods=_GET),
    Route("/subscriptions/new", subscriptions_pages.new, methods=_BOTH),
    Route("/subscriptions/{id}", subscriptions_pages.show, methods=_GET),
    Route("/subscriptions/{id}", subscriptions_pages.change, methods=_POST),
    Route("/subscriptions/{id}/test", subscriptions_pages.send_test, methods=_POST),
    Route("/subscriptions/{id}/on", subscriptions_pages.switch, methods=_POST),
    Route("/subscriptions/{id}/off", subscriptions_pages.switch, methods=_POST),
    Route("/subscriptions/{id}/rotate", subscriptions_pages.rotate, methods=_POST),
    Route("/subscriptions/{id}/retry", subscriptions_pages.retry, methods=_POST),
    Route("/subscriptions/{id}/remove", subscriptions_pages.remove, methods=_BOTH),
    Route("/confirm/{token}", subscription_links.confirm, methods=_BOTH),
    Route("/unsubscribe/{token}", subscription_links.unsubscribe, methods=_BOTH),
    Route("/neighbours", neighbours.show, methods=_GET),
    Route("/neighbours/map.svg", neighbours.picture, methods=_GET),
    Route("/neighbours.csv", neighbours.download, methods=_GET),
    Route("/neighbours/versions", neighbours.versions, methods=_GET),
    Route("/neighbours/edge", neighbours_edit.edge, methods=_BOTH),
    Route("/neighbours/import", neighbours_edit.import_file, methods=_BOTH),
    Route("/parties", parties_pages.show, methods=_GET),
    Route("/audit", audit_pages.show, methods=_GET),
    Route("/audit/verify", audit_pages.check, methods=_POST),
    Route("/operation", operation_page.show, methods=_GET),
]

DEMO_ROUTES = [
    Route("/demo/as", demo_pages.see_as, methods=_POST),
    Route("/demo/mail", demo_pages.mails, methods=_GET),
    Route("/demo/mail/{name}", demo_pages.mail, methods=_GET),
    Route("/demo/mail/{name}/html", demo_pages.mail_html, methods=_GET),
    Route("/demo/mail/{name}/invite.ics", demo_pages.mail_calendar, methods=_GET),
]
"""Only in a demonstration."""
