"""Which addresses mail and webhooks may go to: nothing special, private or local, unless the node allows it.

Checked when a subscription is made, and again for every connection after its name is resolved.
"""

from __future__ import annotations

import ipaddress

from yarl import URL

from notify.errors import Fault, Invalid
from notify.language import Text, text
from notify.mailboxes import ascii_mailbox

LONGEST_URL = 2_000

_SPECIAL = [
    ipaddress.ip_network(network)
    for network in (
        "192.88.99.0/24",  # 6to4 relays
        "2001::/23",  # IETF assignments: Teredo, benchmarking, ORCHID
        "2001:db8::/32", "3fff::/20",  # documentation
        "2002::/16",  # 6to4: holds an IPv4 address
    )
]  # fmt: skip
"""Networks without public receivers that Python 3.11 takes for global."""

_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
"""All that IANA gives to the internet; NAT64, IPv4-mapped, site-local and the rest of ::/3 lie outside."""

_LOCAL_NAMES = frozenset({"localhost", "local", "internal", "localdomain", "home", "lan", "intranet", "arpa", "onion"})


def is_public(address: str) -> bool:
    """Whether an IP address is one that a public receiver can have."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip not in _GLOBAL_UNICAST:
        return False
    if any(ip in network for network in _SPECIAL if network.version == ip.version):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_loopback)


def check_url(url: str, *, allow_private: bool, pointer: str = "/address") -> str:
    """The host of a webhook's URL, read as the HTTP client reads it. Raises `Invalid`; names are not resolved here."""

    def refuse(detail: Text) -> Invalid:
        return Invalid([Fault(pointer, detail)])

    if len(url) > LONGEST_URL or any(ord(c) <= 32 or ord(c) == 127 or c == "\\" for c in url):
        raise refuse(text("Give an address without spaces, of at most 2,000 characters."))
    try:
        parts = URL(url)
        host, port = parts.raw_host, parts.port
    except ValueError:
        raise refuse(text("This is not an address. Give one such as https://hooks.example/notices.")) from None
    schemes = ("https", "http") if allow_private else ("https",)
    if parts.scheme not in schemes or not host:
        raise refuse(text("Give an address that begins with https://."))
    if parts.raw_user is not None or parts.raw_password is not None:
        raise refuse(text("Leave user name and password out of the address: the signature proves who sends."))
    if not port:
        raise refuse(text("Give a port from 1 to 65535, or none."))
    if not allow_private and not _may_be_public(host):
        raise refuse(text("This address is private or special, not one on the internet. Give a public one."))
    return host.lower()


def _may_be_public(host: str) -> bool:
    try:
        return is_public(host)
    except ValueError:
        pass
    name = host.rstrip(".").lower()
    # Numbers such as 2130706433 or 0x7f.1 are addresses to some resolvers: a public name ends in a dot and letters.
    last = name.rpartition(".")[2]
    return "." in name and last not in _LOCAL_NAMES and not last.isdigit() and not last.startswith("0x")


def check_mailbox(address: str, pointer: str = "/address") -> str:
    """A mail address in its normal form, in ASCII. Raises `Invalid`."""
    found = ascii_mailbox(address)
    if found is None:
        raise Invalid([Fault(pointer, text("This is not a mail address. Give one such as notices@ministry.example."))])
    return found
