"""Whose request it is, by network address: the one place that reads it. Limits count by what is said here."""

from __future__ import annotations

from ipaddress import IPv6Address, IPv6Interface, ip_address

from django.conf import settings
from django.http import HttpRequest

# A household or an office is given so much of it, and every device changes its own part at will.
IPV6_NETWORK = 64


def client_address(request: HttpRequest) -> str:
    """The address of whoever asks; empty where none can be read.

    Each proxy writes behind what is there already whom it was asked by, so only the last ``TRUSTED_PROXIES`` entries
    were written by ours: what stands before them anybody can have made up.
    """
    written = request.headers.get("X-Forwarded-For", "").split(",")
    ours = [entry for entry in written if entry.strip()][-settings.TRUSTED_PROXIES :]
    if settings.TRUSTED_PROXIES and ours:
        return _cleaned(ours[0])
    return _cleaned(request.META.get("REMOTE_ADDR", ""))


def client_network(request: HttpRequest) -> str:
    """What limits count by: the address, or the network that a whole IPv6 address belongs to."""
    address = client_address(request)
    if ":" in address:
        return str(IPv6Interface(f"{address}/{IPV6_NETWORK}").network)
    return address


def _cleaned(entry: str) -> str:
    """Without a port, and an IPv4 address always as such. Empty when it is no address."""
    text = entry.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text)
    except ValueError:
        return ""
    inner = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(inner or found).partition("%")[0]
