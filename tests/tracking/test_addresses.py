"""Whose request it is: what our own proxies have written, and nothing that anybody can have made up."""

from __future__ import annotations

import pytest
from allauth.account.adapter import get_adapter
from django.conf import settings
from django.test import RequestFactory, override_settings
from rest_framework.settings import api_settings

from tracking.addresses import client_address, client_network

PROXY = "10.0.0.5"


@pytest.mark.parametrize(
    ("proxies", "written", "address"),
    [
        (0, None, PROXY),
        (0, "192.0.2.1", PROXY),  # nobody of ours has written it
        (1, None, PROXY),
        (1, "192.0.2.1", "192.0.2.1"),
        (1, "198.51.100.7, 192.0.2.1", "192.0.2.1"),
        (1, "198.51.100.7,, ,192.0.2.1", "192.0.2.1"),
        (2, "198.51.100.7, 192.0.2.1, 10.0.0.9", "192.0.2.1"),
        (2, "192.0.2.1", "192.0.2.1"),  # past the outer one
        (1, "192.0.2.1:4711", "192.0.2.1"),
        (1, "[2001:db8::1]:4711", "2001:db8::1"),
        (1, "2001:db8:0:0::1", "2001:db8::1"),
        (1, "::ffff:192.0.2.1", "192.0.2.1"),
        (1, "fe80::1%eth0", "fe80::1"),
        (1, "unknown", ""),
    ],
)
def test_it_is_counted_from_the_right(proxies: int, written: str | None, address: str) -> None:
    headers = {} if written is None else {"X-Forwarded-For": written}
    request = RequestFactory().get("/", REMOTE_ADDR=PROXY, headers=headers)
    with override_settings(TRUSTED_PROXIES=proxies):
        assert client_address(request) == get_adapter().get_client_ip(request) == address


def test_an_ipv6_network_counts_as_one() -> None:
    networks = {
        client_network(RequestFactory().get("/", REMOTE_ADDR=address))
        for address in ("2001:db8::1", "2001:db8::ffff:2", "2001:db8:0:0:9::3")
    }
    assert networks == {"2001:db8::/64"}
    assert client_network(RequestFactory().get("/", REMOTE_ADDR="192.0.2.1")) == "192.0.2.1"
    assert client_network(RequestFactory().get("/", REMOTE_ADDR="")) == ""  # over a socket of Unix


def test_the_framework_of_the_api_counts_as_many() -> None:
    assert api_settings.NUM_PROXIES == settings.TRUSTED_PROXIES
