"""How newsledger names itself to publishers (RFC 9110, section 10.1.5)."""

from __future__ import annotations

from importlib.metadata import version


def user_agent(contact: str | None) -> str:
    """Product and version, and where the operator is reached; without a contact the product alone."""
    product = f"newsledger/{version('newsledger')}"
    return f"{product} (+{contact})" if contact else product
