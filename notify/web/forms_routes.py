"""The pages on which a notice is written, released and taken through its later steps: one row a page or act."""

from __future__ import annotations

from starlette.routing import Route

from notify.web import amending_pages, editing, form_map, new_notice, review, steps_pages

_GET = ["GET"]
_POST = ["POST"]
_BOTH = ["GET", "POST"]

ROUTES: list[Route] = [
    Route("/notices/new", new_notice.new, methods=_BOTH),
    Route("/notices/{id}/copy", new_notice.copy, methods=_BOTH),
    Route("/notices/{id}/delete", new_notice.delete, methods=_BOTH),
    Route("/notices/{id}/edit", editing.listing, methods=_GET),
    Route("/notices/{id}/edit/map.svg", form_map.show, methods=_GET),
    Route("/notices/{id}/edit/{step}", editing.show, methods=_GET),
    Route("/notices/{id}/edit/{step}", editing.save, methods=_POST),
    Route("/notices/{id}/edit/{step}/preview", editing.preview, methods=_POST),
    Route("/notices/{id}/review", review.show, methods=_GET),
    Route("/notices/{id}/publish", review.publish, methods=_POST),
    Route("/notices/{id}/submit", review.submit, methods=_POST),
    Route("/notices/{id}/return", review.send_back, methods=_POST),
    Route("/notices/{id}/amend", amending_pages.listing, methods=_GET),
    Route("/notices/{id}/amend/{step}", amending_pages.show, methods=_GET),
    Route("/notices/{id}/amend/{step}", amending_pages.send, methods=_POST),
    Route("/notices/{id}/postpone", steps_pages.ask, methods=_BOTH),
    Route("/notices/{id}/cancel", steps_pages.ask, methods=_BOTH),
    Route("/notices/{id}/complete", steps_pages.ask, methods=_BOTH),
    Route("/notices/{id}/withdraw", steps_pages.ask, methods=_BOTH),
]
