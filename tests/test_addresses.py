"""Where mail and webhooks may not go: refused when a subscription is made, and when a connection is dialled."""

from __future__ import annotations

import pytest

from notify.actor import Actor
from notify.delivery.addresses import check_mailbox, check_url, is_public
from notify.delivery.channels.webhook import WebhookChannel, WebhookMessage
from notify.delivery.outcome import Outcome
from notify.delivery.webhook_signature import new_secret
from notify.errors import Invalid
from notify.office import Office
from notify.settings import Settings
from tests.support.people import enrol
from tests.support.posting import office_with, subscribed
from tests.support.receiver import Receiver

TRICKY = [
    "http://hooks.example/",
    "ftp://hooks.example/",
    "https:///path",
    "hooks.example",
    "javascript:alert(1)",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://127.0.0.1./",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://0/",
    "https://0.0.0.0/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::127.0.0.1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:0:127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b:1::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:7f00:1::]/",
    "https://[2001:db8::1]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fec0::1]/",
    "https://[fd00::1]/",
    "https://[ff02::1]/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://169.254.169.254/latest/meta-data",
    "https://192.0.2.1/",
    "https://192.88.99.1/",
    "https://198.18.0.1/",
    "https://224.0.0.1/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    "https://localhost/",
    "https://localhost./",
    "https://LOCALHOST/",
    "https://x.localhost/",
    "https://intranet/",
    "https://printer.local/",
    "https://db.internal/",
    "https://1.0.0.127.in-addr.arpa/",
    "https://127.0.0.1/",
    "https://127。0。0。1/",
    "https://①②⑦.0.0.1/",
    "https://user@hooks.example/",
    "https://user:password@hooks.example/",
    "https://:password@hooks.example/",
    "https://hooks.example:0/",
    "https://hooks.example:99999/",
    "https://hooks.example:x/",
    "https://hooks.example\\@127.0.0.1/",
    "https://hooks .example/",
    "https://hooks.example/\nHost: 127.0.0.1",
    "https://hooks.example/\x7f",
    "https://[::1/",
    "https://hooks.example/" + "a" * 2000,
]


@pytest.mark.parametrize("url", TRICKY)
def test_a_tricky_address_is_refused(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_url(url, allow_private=False)
    assert [fault.pointer for fault in refused.value.faults] == ["/address"]


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://hooks.example/advance-notices", "hooks.example"),
        ("https://HOOKS.example:8443/a?b=c", "hooks.example"),
        ("https://8.8.8.8/", "8.8.8.8"),
        ("https://[2600:1f18::1]/", "2600:1f18::1"),
        ("https://münchen.example/", "xn--mnchen-3ya.example"),
        ("https://hooks.example./", "hooks.example."),
    ],
)
def test_a_public_address_is_taken(url: str, host: str) -> None:
    assert check_url(url, allow_private=False) == host


def test_a_node_that_allows_private_addresses_takes_http_too() -> None:
    assert check_url("http://127.0.0.1:8080/hook", allow_private=True) == "127.0.0.1"
    for url in ("ftp://127.0.0.1/", "http://user@127.0.0.1/", "http:///"):
        with pytest.raises(Invalid):
            check_url(url, allow_private=True)


@pytest.mark.parametrize("address", ["1.1.1.1", "200.48.225.130", "2001:4860:4860::8888", "2800:3f0::1"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


async def test_a_subscription_to_a_special_address_is_refused(office_sqlite: Office) -> None:
    office = office_with(office_sqlite, webhook_allow_private=False)
    manager: Actor = await enrol(office, "BOL", "manager")
    for url in ("https://127.0.0.1/", "https://[64:ff9b::7f00:1]/"):
        with pytest.raises(Invalid):
            await subscribed(office, manager, "webhook", url)


async def sent(url: str, receiver: Receiver, *, allow_private: bool) -> Outcome:
    channel = WebhookChannel(Settings(webhook_allow_private=allow_private), seconds=5)
    try:
        return await channel.send(WebhookMessage("1", url, (new_secret(),), b"{}"))
    finally:
        await channel.close()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"])
async def test_a_name_that_leads_to_a_private_address_is_refused_as_it_is_dialled(
    receiver: Receiver, host: str
) -> None:
    outcome = await sent(f"https://{host}:{receiver.port}/hook", receiver, allow_private=False)
    assert (outcome.kind, outcome.error_class) == ("retry", "refused_address")
    assert receiver.hooks == []


async def test_a_number_is_no_name(receiver: Receiver) -> None:
    outcome = await sent(f"https://2130706433:{receiver.port}/hook", receiver, allow_private=False)
    assert (outcome.kind, outcome.text) == ("retry", "2130706433 - is not a canonical IPv4 address")


async def test_the_same_name_is_dialled_where_the_node_allows_it(receiver: Receiver) -> None:
    outcome = await sent(f"http://localhost:{receiver.port}/hook", receiver, allow_private=True)
    assert (outcome.kind, outcome.status) == ("done", "delivered")


async def test_http_is_not_dialled_once_the_node_no_longer_allows_it(receiver: Receiver) -> None:
    outcome = await sent("http://nobody.invalid/", receiver, allow_private=False)
    assert outcome.error_class == "refused_address"  # and not that there is no such name


async def test_an_unknown_name_is_named_so(receiver: Receiver) -> None:
    outcome = await sent("https://nobody.invalid/", receiver, allow_private=False)
    assert (outcome.kind, outcome.error_class) == ("retry", "dns")


@pytest.mark.parametrize(
    "address",
    ["", "a", "a@", "@b.example", "a@b@c.example", "a b@c.example", "a@localhost", "a@[127.0.0.1]", "ñ@b.example",
     "a@b.example\nBcc: c@d.example", "a@b..example", '"a b"@c.example', "A <a@b.example>", "a" * 300 + "@b.example"],
)  # fmt: skip
def test_what_is_no_mail_address_is_refused(address: str) -> None:
    with pytest.raises(Invalid):
        check_mailbox(address)


@pytest.mark.parametrize(
    ("address", "normal"),
    [
        ("avisos@mindef.example", "avisos@mindef.example"),
        ("Avisos+per@MINDEF.example", "Avisos+per@mindef.example"),
        ("a@münchen.example", "a@xn--mnchen-3ya.example"),
    ],
)
def test_a_mail_address_is_kept_in_its_normal_form(address: str, normal: str) -> None:
    assert check_mailbox(address) == normal
