"""Which Prefect server a run talks to: the configured one, the one of `newsledger serve`, else one of its own.

Prefect's settings come from the environment, so this is settled before a flow is imported.
"""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from collections.abc import MutableMapping
from pathlib import Path
from urllib.parse import urlsplit

from transforms.errors import PrefectUnreachable
from warehouse.rows import without_credentials

LOOPBACK = ("127.0.0.1", "localhost", "::1")
HEALTH_SECONDS = 10.0


def prepare_prefect(prefect_file: Path, environ: MutableMapping[str, str], *, is_quiet: bool) -> str | None:
    """Sets the variables that Prefect reads, and returns the address of the server that will be used.

    None says that there is none yet (`flows.own_prefect` starts one).  Raises PrefectUnreachable when a server is
    configured and does not answer: a silent second one would hide the runs from whoever looks at the first.
    """
    _keep_loopback_off_proxies(environ)
    environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    environ.setdefault("DO_NOT_TRACK", "1")
    if is_quiet:
        # the run speaks for itself; its log stays on the run's page in Prefect
        environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    configured = environ.get("PREFECT_API_URL") or _configured_in_profile()
    if configured:
        if not answers(configured):
            raise PrefectUnreachable(
                f"The Prefect server at {without_credentials(configured)} (PREFECT_API_URL) does not answer. Start it, "
                "or unset PREFECT_API_URL to run with a temporary one. Nothing was asked of any publisher."
            )
        return configured
    if home := environ.get("PREFECT_HOME"):
        Path(home).expanduser().mkdir(parents=True, exist_ok=True)  # Prefect makes the last folder only
    own = _own_server(prefect_file)
    if own and answers(own):
        point_prefect_at(own, environ)
        return own
    return None


def point_prefect_at(api_url: str, environ: MutableMapping[str, str]) -> None:
    """Makes Prefect use the server at `api_url`, in this process and in those that it starts."""
    environ["PREFECT_API_URL"] = api_url
    if "prefect" in sys.modules:  # looking for a profile has loaded its settings
        from prefect.context import refresh_global_settings_context

        refresh_global_settings_context()


def answers(api_url: str) -> bool:
    """Whether a Prefect server says at this address that it is healthy."""
    is_loopback = urlsplit(api_url).hostname in LOOPBACK
    opener = (
        urllib.request.build_opener(urllib.request.ProxyHandler({})) if is_loopback else urllib.request.build_opener()
    )
    try:
        with opener.open(f"{api_url.rstrip('/')}/health", timeout=HEALTH_SECONDS) as answer:
            return bool(answer.status == 200)
    except (OSError, ValueError):
        return False


def _own_server(prefect_file: Path) -> str | None:
    """The address that `newsledger serve` left; it may have ended since."""
    try:
        address = json.loads(prefect_file.read_text())["api_url"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return address if isinstance(address, str) else None


def _configured_in_profile() -> str | None:
    """The address in the user's active Prefect profile, which counts like the variable."""
    from prefect.settings import get_current_settings

    return get_current_settings().api.url


def _keep_loopback_off_proxies(environ: MutableMapping[str, str]) -> None:
    """Adds loopback to NO_PROXY: with a proxy set and NO_PROXY not, Prefect's client asks the proxy for localhost."""
    listed = environ.get("NO_PROXY") or environ.get("no_proxy") or ""
    hosts = [host.strip() for host in listed.split(",") if host.strip()]
    hosts += [host for host in LOOPBACK if host not in hosts]
    environ["NO_PROXY"] = environ["no_proxy"] = ",".join(hosts)
