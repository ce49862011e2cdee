"""What trouble of an exchange comes to."""

from __future__ import annotations

import socket

import aiohttp
from aiohttp.client_reqrep import ConnectionKey

from flows.acquire.verdicts import verdict_on_error
from transforms.outcomes import Outcome


def test_a_name_that_cannot_be_resolved_is_not_asked_for_again_in_the_run() -> None:
    key = ConnectionKey("paper.example", 80, False, True, None, None, None)
    error = aiohttp.ClientConnectorDNSError(key, socket.gaierror(socket.EAI_NONAME, "Name or service not known"))
    verdict = verdict_on_error(error)
    assert verdict is not None
    assert verdict.outcome is Outcome.CONNECTION_FAILED
    assert not verdict.is_transient
    assert verdict.reason == "the name of the host cannot be resolved: Name or service not known"


def test_a_refused_connection_is_tried_again() -> None:
    key = ConnectionKey("paper.example", 80, False, True, None, None, None)
    verdict = verdict_on_error(aiohttp.ClientConnectorError(key, ConnectionRefusedError(111, "Connection refused")))
    assert verdict is not None
    assert verdict.is_transient


def test_a_mistake_of_ours_is_no_verdict() -> None:
    assert verdict_on_error(KeyError("ours")) is None
