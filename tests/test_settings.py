"""Settings: what stops the start, with the name of the setting and the reason."""

from __future__ import annotations

import pytest

from notify.settings import SettingsError, load


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("SMTP_URL", "smtp://u:p@mail.example:587?starttls=true", "starttls=1"),
        ("SMTP_URL", "smtp://u:p@mail.example:587?startls=1", "starttls=1"),
        ("SMTP_URL", "http://mail.example", "smtp"),
        ("SMTP_URL", "smtp://mail.example:mail", "port"),
        ("BASE_URL", "https://notices.example:abc", "port"),
        ("BASE_URL", "notices.example", "https"),
        ("DATABASE_URL", "postgresql+asyncpg://u:p@db:abc/notify", "port"),
        ("DATABASE_URL", "mysql://db/notify", "postgresql"),
        ("REDIS_URL", "redis://cache:99999", "port"),
        ("REDIS_URL", "memcached://cache", "redis"),
        ("MAIL_FROM", "Notices<notices@ministry.example>", "bare mail address"),
        ("MAIL_FROM", "notices@my_host.example", "bare mail address"),
        ("MAIL_FROM", "josé@ministry.example", "bare mail address"),
        ("SECRET_KEY", "short", "32"),
        ("TRUSTED_PROXIES", "10.0.0.0/8,proxy", "networks"),
        ("WEBHOOK_PER_HOST", "0", "1"),
        ("LOG_LEVEL", "loud", "debug"),
        ("COLOUR", "red", "NOTIFY_MAIL_FROM"),
    ],
)
def test_a_bad_value_stops_the_start_with_its_name_and_the_reason(name: str, value: str, why: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        load({f"NOTIFY_{name}": value})
    assert f"NOTIFY_{name}" in str(refusal.value) and why in str(refusal.value)


@pytest.mark.parametrize(
    ("url", "tls", "starttls", "port"),
    [
        ("smtp://mail.example", False, False, 25),
        ("smtp://u:p%40ss@mail.example:587?starttls=1", False, True, 587),
        ("smtp://mail.example:587?starttls=0", False, False, 587),
        ("smtps://mail.example", True, False, 465),
    ],
)
def test_how_mail_is_handed_over(url: str, tls: bool, starttls: bool, port: int) -> None:
    smtp = load({"NOTIFY_SMTP_URL": url}).smtp
    assert smtp is not None
    assert (smtp.tls, smtp.starttls, smtp.port) == (tls, starttls, port)
    assert smtp.password == ("p@ss" if "u:" in url else None)


def test_a_proxy_within_a_network_means_the_network() -> None:
    given = {"NOTIFY_TRUSTED_PROXIES": "10.0.0.5/16, 192.0.2.7 ,2001:db8::1"}
    assert load(given).trusted_proxies == "10.0.0.0/16,192.0.2.7,2001:db8::1"


def test_the_sender_is_written_in_ascii() -> None:
    assert load({"NOTIFY_MAIL_FROM": "notices@münchen.example"}).mail_from == "notices@xn--mnchen-3ya.example"
