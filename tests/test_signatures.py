"""Signatures of revisions: checked offline by anyone, with any tool that knows JWS; what was changed does not pass."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import timedelta

import pytest
import rfc8785
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, OKPKey

from notify.actor import COMMAND
from notify.audit.reading import page
from notify.errors import Invalid
from notify.notices.signatures import (
    NoSigningKey,
    NotGenuine,
    Signed,
    SigningKey,
    check_chain,
    current_key,
    ensure_key,
    jwks,
    payload_of,
    verify,
)
from notify.notices.tables import signing_keys
from notify.office import Office
from notify.vault import Vault, VaultError
from tests.support.clock import START, Clock

CONTENT = {"title": {"es": "Ejercicio «Ñandú»", "en": "Exercise"}, "place": {"radius_km": 40.0, "at": [-69.94, 1e-7]}}


@pytest.fixture
async def key(office_sqlite: Office) -> SigningKey:
    """The key of a node that was started."""
    return await start(office_sqlite)


async def start(office: Office) -> SigningKey:
    async with office.act(COMMAND) as act:
        await ensure_key(act)
    return await newest_key(office)


def payload(revision: int = 1, previous: str | None = None, **other: object) -> dict[str, object]:
    made = payload_of("n-1", "PER-2027-M4-003", revision, "published", "PER", START, previous, CONTENT)
    return {**made, **other}


async def newest_key(office: Office) -> SigningKey:
    async with office.database.read() as connection:
        return await current_key(connection, office.vault, office.clock())


async def key_set(office: Office) -> dict[str, object]:
    async with office.database.read() as connection:
        return await jwks(connection)


# Signing


async def test_a_signature_is_checked_with_nothing_but_ed25519(office_sqlite: Office, key: SigningKey) -> None:
    signed = key.sign(payload())

    public = (await key_set(office_sqlite))["keys"]
    assert isinstance(public, list)
    document = json.loads(signed.text)
    protected, signature = document["signatures"][0]["protected"], document["signatures"][0]["signature"]
    assert json.loads(unpadded(protected)) == {"alg": "EdDSA", "kid": public[0]["kid"]}
    message = f"{protected}.{document['payload']}".encode()
    Ed25519PublicKey.from_public_bytes(unpadded(public[0]["x"])).verify(unpadded(signature), message)
    assert unpadded(document["payload"]) == rfc8785.dumps(payload())  # type: ignore[arg-type]
    assert signed.fingerprint == hashlib.sha256(unpadded(document["payload"])).hexdigest()


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")  # it would have RFC 9864's name for EdDSA
async def test_another_library_verifies_it_with_the_key_set(office_sqlite: Office, key: SigningKey) -> None:
    public = await key_set(office_sqlite)
    assert isinstance(public["keys"], list)

    found = jws.deserialize_json(
        json.loads(key.sign(payload()).text), OKPKey.import_key(public["keys"][0]), algorithms=["EdDSA"]
    )

    assert json.loads(found.payload or b"") == payload()


async def test_the_same_revision_has_the_same_bytes_whatever_the_order_of_its_fields(key: SigningKey) -> None:
    shuffled = dict(reversed(payload().items()))

    assert key.sign(shuffled) == key.sign(payload())


async def test_a_payload_names_the_revision_and_the_one_before_it() -> None:
    assert payload(2, "ab" * 32) == {
        "id": "n-1",
        "reference": "PER-2027-M4-003",
        "revision": 2,
        "status": "published",
        "state": "PER",
        "published_at": "2027-01-11T15:00:00.000000Z",
        "previous_sha256": "ab" * 32,
        "content": CONTENT,
    }


async def test_a_number_that_json_cannot_hold_exactly_is_refused(key: SigningKey) -> None:
    assert key.sign(payload(content={"quantity": 2**53 - 1})).text
    with pytest.raises(Invalid):
        key.sign(payload(content={"quantity": 2**53}))
    with pytest.raises(Invalid):
        key.sign(payload(content={"quantity": float("nan")}))


async def test_a_notice_of_half_a_megabyte_is_signed_and_verified(office_sqlite: Office, key: SigningKey) -> None:
    large = payload(content={"summary": {"es": "ñ" * 250_000}})

    assert verify(key.sign(large).text, await key_set(office_sqlite)) == large


# Verifying


async def test_what_was_signed_verifies_to_what_it_said(office_sqlite: Office, key: SigningKey) -> None:
    assert verify(key.sign(payload()).text, await key_set(office_sqlite)) == payload()


async def test_a_changed_payload_does_not_pass(office_sqlite: Office, key: SigningKey) -> None:
    document = json.loads(key.sign(payload()).text)
    document["payload"] = base64url(rfc8785.dumps(payload(status="cancelled")))  # type: ignore[arg-type]

    with pytest.raises(NotGenuine, match="does not fit"):
        verify(json.dumps(document), await key_set(office_sqlite))


async def test_a_stranger_s_key_does_not_pass(office_sqlite: Office, key: SigningKey) -> None:
    stranger = OKPKey.generate_key("Ed25519")
    public = await key_set(office_sqlite)

    with pytest.raises(NotGenuine, match="No key"):
        verify(SigningKey(stranger.thumbprint(), stranger).sign(payload()).text, public)
    with pytest.raises(NotGenuine, match="does not fit"):
        verify(SigningKey(key.kid, stranger).sign(payload()).text, public)


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")  # of the forger's library
@pytest.mark.parametrize("algorithm", ["none", "HS256", "ES256", "Ed25519"])
async def test_no_header_chooses_another_algorithm(office_sqlite: Office, key: SigningKey, algorithm: str) -> None:
    public = await key_set(office_sqlite)
    assert isinstance(public["keys"], list)
    header: jws.HeaderDict = {"protected": {"alg": algorithm, "kid": key.kid}}
    keys: dict[str, OctKey | ECKey | OKPKey] = {
        "none": OctKey.generate_key(256),
        "HS256": OctKey.import_key(unpadded(public["keys"][0]["x"])),  # the public key as a shared secret
        "ES256": ECKey.generate_key("P-256"),
        "Ed25519": key.key,  # the right key, but the verifier pins one name
    }
    registry = jws.JWSRegistry(algorithms=[algorithm])
    forged = jws.serialize_json([header], json.dumps(payload()), keys[algorithm], registry=registry)

    with pytest.raises(NotGenuine, match="does not fit"):
        verify(json.dumps(forged), public)


async def test_a_state_s_own_signature_stands_beside_the_node_s(office_sqlite: Office, key: SigningKey) -> None:
    state = OKPKey.generate_key("Ed25519")
    document = json.loads(key.sign(payload()).text)
    document["signatures"] += json.loads(SigningKey(state.thumbprint(), state).sign(payload()).text)["signatures"]
    public = await key_set(office_sqlite)

    assert verify(json.dumps(document), public) == payload()
    document["signatures"][0] = document["signatures"][1]
    with pytest.raises(NotGenuine, match="No key"):
        verify(json.dumps(document), public)


async def test_every_signature_by_a_known_key_must_hold(office_sqlite: Office, key: SigningKey) -> None:
    document = json.loads(key.sign(payload()).text)
    document["signatures"] += json.loads(key.sign(payload(2, "ab" * 32)).text)["signatures"]

    with pytest.raises(NotGenuine, match="does not fit"):
        verify(json.dumps(document), await key_set(office_sqlite))


@pytest.mark.parametrize(
    "nonsense",
    [
        "", "{", "[]", "null", "{}", '{"payload": 1, "signatures": []}', '{"payload": "e30", "signatures": [1]}',
        '{"payload": "e30", "signatures": [{"protected": "e30", "signature": ""}]}',
        '{"payload": "é", "signatures": [{"protected": "!", "signature": "!"}]}', "[" * 100_000,
    ],
)  # fmt: skip
async def test_what_is_no_signed_revision_is_refused_in_words(
    office_sqlite: Office, key: SigningKey, nonsense: str
) -> None:
    with pytest.raises(NotGenuine):
        verify(nonsense, await key_set(office_sqlite))


async def test_a_signed_text_that_is_no_revision_is_refused(office_sqlite: Office, key: SigningKey) -> None:
    with pytest.raises(NotGenuine, match="not a signed revision"):
        verify(key.sign({"anything": "else"}).text, await key_set(office_sqlite))


async def test_keys_of_other_kinds_in_a_set_are_left_aside(office_sqlite: Office, key: SigningKey) -> None:
    public = await key_set(office_sqlite)
    assert isinstance(public["keys"], list)
    mixed = {"keys": [ECKey.generate_key("P-256").as_dict(private=False), 7, *public["keys"]]}

    assert verify(key.sign(payload()).text, mixed) == payload()
    with pytest.raises(NotGenuine, match="No key"):
        verify(key.sign(payload()).text, {})


# Keys and their times


async def test_a_key_is_made_once_and_its_making_is_audited(office: Office) -> None:
    key = await start(office)

    assert (await start(office)).kid == key.kid
    async with office.database.read() as connection:
        assert [(line.act, line.object_id) for line in await page(connection, None, 5)] == [("key.make", key.kid)]


async def test_a_private_key_is_stored_encrypted(office: Office) -> None:
    key = await start(office)
    async with office.database.read() as connection:
        row = (await connection.execute(sa.select(signing_keys))).one()
        with pytest.raises(VaultError):
            await current_key(connection, Vault("another secret key than that of the start"), office.clock())
    private = key.key.as_dict(private=True)["d"]
    assert isinstance(private, str)
    assert private not in str(row)
    assert "d" not in json.loads(row.public_jwk)


async def test_without_a_key_nothing_is_signed(office: Office) -> None:
    with pytest.raises(NoSigningKey):
        await newest_key(office)


async def test_the_newest_key_signs_and_the_older_one_still_verifies(office: Office, clock: Clock) -> None:
    key = await start(office)
    old = key.sign(payload())
    clock.advance(days=30)
    await set_times(office, key, until_at=clock())

    newer = await start(office)
    assert newer.kid != key.kid
    new = newer.sign(payload(published_at=clock().isoformat()))
    public = await key_set(office)
    assert verify(old.text, public)["id"] == verify(new.text, public)["id"] == "n-1"


@pytest.mark.parametrize(
    ("column", "days", "published", "holds"),
    [
        ("from_at", 10, 9.99, False),
        ("from_at", 10, 10, True),
        ("until_at", 10, 9.99, True),
        ("until_at", 10, 10, False),
        ("revoked_at", 10, 9.99, True),
        ("revoked_at", 10, 10, False),
    ],
)
async def test_a_key_verifies_only_what_was_published_while_it_held(
    office: Office, column: str, days: float, published: float, holds: bool
) -> None:
    key = await start(office)
    await set_times(office, key, **{column: START + timedelta(days=days)})
    signed = key.sign(payload(published_at=(START + timedelta(days=published)).isoformat()))
    public = await key_set(office)

    if holds:
        assert verify(signed.text, public)["revision"] == 1
    else:
        with pytest.raises(NotGenuine, match="Its key"):
            verify(signed.text, public)


async def test_a_key_that_was_ended_or_revoked_signs_no_more(office: Office) -> None:
    key = await start(office)
    await set_times(office, key, revoked_at=START - timedelta(days=1))

    with pytest.raises(NoSigningKey):
        await newest_key(office)


# The chain


def chain_of(key: SigningKey, count: int) -> list[Signed]:
    chain: list[Signed] = []
    for revision in range(1, count + 1):
        chain.append(key.sign(payload(revision, chain[-1].fingerprint if chain else None)))
    return chain


async def test_a_whole_chain_is_in_order(office_sqlite: Office, key: SigningKey) -> None:
    texts = [signed.text for signed in chain_of(key, 4)]
    public = await key_set(office_sqlite)

    assert [link["revision"] for link in check_chain(texts, public)] == [1, 2, 3, 4]
    assert [link["revision"] for link in check_chain(texts[2:], public)] == [3, 4]
    assert check_chain([], public) == []


async def test_a_revision_left_out_moved_or_replaced_breaks_the_chain(office_sqlite: Office, key: SigningKey) -> None:
    one, two, three = (signed.text for signed in chain_of(key, 3))
    public = await key_set(office_sqlite)
    replaced = key.sign(payload(2, chain_of(key, 1)[0].fingerprint, status="cancelled")).text
    of_another = key.sign(payload(2, chain_of(key, 1)[0].fingerprint, id="n-2")).text
    not_the_first = key.sign(payload(1, "ab" * 32)).text

    for broken in ([one, three], [two, one], [one, one], [one, replaced, three], [one, of_another], [not_the_first]):
        with pytest.raises(NotGenuine, match="does not follow"):
            check_chain(broken, public)


async def set_times(office: Office, key: SigningKey, **times: object) -> None:
    async with office.database.write() as connection:
        await connection.execute(sa.update(signing_keys).where(signing_keys.c.kid == key.kid).values(**times))


def unpadded(value: str) -> bytes:
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))


def base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
