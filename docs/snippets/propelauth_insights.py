"""Sends the User & Org Insights calls of propelauth_py to insightd, and nothing else.

Works for init_base_auth (requests) and init_base_async_auth (httpx). Everything else (validating tokens, users, orgs)
still goes to PropelAuth, with PropelAuth's key.

    from propelauth_insights import redirect_insights

    redirect_insights("http://127.0.0.1:3000", os.environ["INSIGHTD_KEY"])

Call it once, when the process starts. The key is one of insightd's own, with the scope `read`.
"""

import re
from urllib.parse import urlsplit

PROPELAUTH = ("https", "propelauth-api.com")
INSIGHTS = re.compile(
    r"/api/backend/v1/(?:(?:user|org)_report/[^/]+|chart_metrics?/[^/]+|user/[^/]+/signup_query_parameters)"
)


def redirect_insights(url: str, key: str) -> None:
    """Redirects the ten paths of the insights API in each of the two HTTP libraries that is installed."""
    base = url.rstrip("/")
    try:
        import requests
    except ImportError:
        pass
    else:
        _redirect_requests(requests, base, key)
    try:
        import httpx
    except ImportError:
        pass
    else:
        _redirect_httpx(httpx, base, key)


def _redirected(method: str, address: str, base: str):
    """The address at insightd of a call of the insights API; None for every other call."""
    parts = urlsplit(address)
    if method != "GET" or (parts.scheme, parts.netloc) != PROPELAUTH:
        return None
    if not INSIGHTS.fullmatch(parts.path):
        return None
    return base + parts.path + (f"?{parts.query}" if parts.query else "")


def _redirect_requests(requests, base: str, key: str) -> None:
    send = requests.Session.send

    def redirecting(session, request, **options):
        address = _redirected(request.method, request.url, base)
        if address is not None:
            request = request.copy()
            request.url = address
            request.headers["Authorization"] = f"Bearer {key}"
        return send(session, request, **options)

    requests.Session.send = redirecting


def _redirect_httpx(httpx, base: str, key: str) -> None:
    def redirect(request):
        address = _redirected(request.method, str(request.url), base)
        if address is not None:
            request.url = httpx.URL(address)
            request.headers["Host"] = request.url.netloc.decode("ascii")
            request.headers["Authorization"] = f"Bearer {key}"
        return request

    send, send_async = httpx.Client.send, httpx.AsyncClient.send

    def redirecting(client, request, **options):
        return send(client, redirect(request), **options)

    async def redirecting_async(client, request, **options):
        return await send_async(client, redirect(request), **options)

    httpx.Client.send, httpx.AsyncClient.send = redirecting, redirecting_async
