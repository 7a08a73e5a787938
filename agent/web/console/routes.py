"""The console's addresses."""

from __future__ import annotations

from pathlib import Path

from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from agent.web.console import answers
from agent.web.console.entry import access_page, oidc_page
from agent.web.console.handle import shows
from agent.web.console.live import stream, survey, takeover, takeover_lines
from agent.web.console.pages import (
    account,
    audit_log,
    drafts,
    evidence,
    findings,
    fleet,
    health,
    insights,
    mails,
    search,
    support,
    todo,
    webhooks,
)

_STATIC = Path(__file__).parent / "static"


def routes() -> list[BaseRoute]:
    """Every page and every act."""
    return [
        Route("/", shows(fleet.show)),
        Route("/todo", shows(todo.show)),
        Route("/accounts/{account}", shows(account.show)),
        Route("/accounts/{account}/findings", shows(findings.show)),
        Route("/accounts/{account}/insights", shows(insights.show)),
        Route("/accounts/{account}/audits/{name}", shows(findings.fetch)),
        Route("/accounts/{account}/visits/{visit}", shows(evidence.show)),
        Route("/accounts/{account}/visits/{visit}/recording.zip", shows(evidence.recording)),
        Route("/accounts/{account}/visits/{visit}/files/{name:path}", shows(evidence.fetch)),
        Route("/takeover/{id}", shows(takeover.show)),
        Route("/survey/{account}", shows(survey.show)),
        Route("/takeover/{id}/ticket", takeover.ticket, methods=["POST"]),
        WebSocketRoute("/takeover-line/{takeover}", takeover_lines.worker_line),
        WebSocketRoute("/takeover-view/{takeover}", takeover_lines.person_line),
        Route("/drafts", shows(drafts.list_)),
        Route("/drafts/{number}", shows(drafts.show)),
        Route("/drafts/{number}/picture", shows(drafts.picture_of)),
        Route("/mails", shows(mails.list_)),
        Route("/mails/{number}", shows(mails.show)),
        Route("/webhooks", shows(webhooks.show)),
        Route("/health", shows(health.show)),
        Route("/search", shows(search.show)),
        Route("/audit-log", shows(audit_log.show)),
        Route("/audit-log.jsonl", shows(audit_log.export)),
        Route("/access", shows(access_page.show)),
        Route("/sign-in", access_page.sign_in),
        *(Route(path, endpoint) for path, endpoint in oidc_page.ROUTES.items()),
        Route("/changes", stream.changes),
        *(Route(path, endpoint, methods=["POST"]) for path, endpoint in _ACTS.items()),
        Mount("/static", StaticFiles(directory=_STATIC)),
    ]


_ACTS = {
    "/accounts/{account}/pause": account.pause,
    "/accounts/{account}/resume": account.resume,
    "/accounts/{account}/release": account.release,
    "/accounts/{account}/audit": account.audit,
    "/accounts/{account}/support": support.download,
    "/accounts/{account}/findings/gone": findings.gone,
    "/survey/{account}/ask": survey.ask,
    "/takeover/{id}/ask": takeover.ask,
    "/takeover/{id}/claim": takeover.claim,
    "/accounts/{account}/insights": insights.ask,
    "/pause": account.pause_all,
    "/resume": account.resume_all,
    "/requests/{request}/answer": answers.answer,
    "/todo/claim": todo.claim,
    "/todo/unclaim": todo.unclaim,
    "/todo/removed": todo.removed,
    "/todo/phone": todo.phone,
    "/todo/order": todo.order,
    "/mails/{number}/approve": mails.approve,
    "/mails/{number}/retry": mails.retry,
    "/drafts/withdraw": drafts.withdraw,
    "/drafts/{number}/adopt": drafts.adopt,
    "/webhooks/replay": webhooks.replay,
    "/webhooks/test": webhooks.test,
    "/access/end": access_page.end_session,
}
