"""Signatures of revisions: made once at publication, served as stored, checked offline by anyone with the key set.

A signature is a JWS in the general JSON serialization (RFC 7515, section 7.2.1), which leaves room for a state's own
signature beside this node's: EdDSA with Ed25519 (RFC 8037) over the RFC 8785 bytes of the payload. It attests "this
node published it for that state" and, by the hash of the revision before, that none was left out.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import rfc8785
import sqlalchemy as sa
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwa import EdDSAAlgorithm, JWSAlgModel
from joserfc.jwk import OKPKey
from joserfc.jws import GeneralJSONSerialization, HeaderDict, JWSRegistry, deserialize_json, serialize_json
from joserfc.util import urlsafe_b64decode
from pydantic import AwareDatetime, BaseModel, ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.audit.lines import append, rfc3339
from notify.errors import Fault, Invalid, Refused
from notify.language import text
from notify.notices.tables import signing_keys
from notify.office import Act
from notify.vault import Vault

ALGORITHM = "EdDSA"
_SEALED_AS = "signing_keys.private"


class NotGenuine(Refused):
    """A signature does not hold, or its key did not at that time, or the chain of revisions has a gap."""

    status = 422
    title = text("The signature does not hold")


class NoSigningKey(Exception):
    """The node has no key to sign with: whoever starts it calls `ensure_key` first."""


class _Pinned(JWSRegistry):
    """One algorithm, whatever a header asks for, and payloads as large as a notice can be (joserfc stops at 128 kB)."""

    max_payload_length = 4 * 1024 * 1024

    def get_alg(self, name: str) -> JWSAlgModel:
        if name != ALGORITHM:
            raise UnsupportedAlgorithmError(f"Algorithm of '{name}' is not allowed")
        return EdDSAAlgorithm()


_REGISTRY = _Pinned()


@dataclass(frozen=True)
class Signed:
    """What is stored of a signature: its text, and the SHA-256 of the payload in hexadecimal."""

    text: str
    fingerprint: str


@dataclass(frozen=True)
class SigningKey:
    """A private key of this node; ``kid`` is its thumbprint (RFC 7638)."""

    kid: str
    key: OKPKey

    def sign(self, payload: Mapping[str, object]) -> Signed:
        """Sign what `payload_of` made. Raises `Invalid` for a number that JSON cannot hold exactly (2^53 and more)."""
        try:
            data = rfc8785.dumps(dict(payload))  # type: ignore[arg-type]  # its type of a value leaves out object
        except rfc8785.CanonicalizationError as error:
            what = text("It holds a number of 2^53 or more, or a text that is not Unicode: neither can be signed.")
            raise Invalid([Fault("", what)]) from error
        members: list[HeaderDict] = [{"protected": {"alg": ALGORITHM, "kid": self.kid}}]
        jws = serialize_json(members, data, self.key, registry=_REGISTRY)
        return Signed(json.dumps(jws, separators=(",", ":")), hashlib.sha256(data).hexdigest())


def payload_of(
    notice_id: str,
    reference: str,
    revision: int,
    status: str,
    state: str,
    published_at: datetime,
    previous: str | None,
    content: Mapping[str, object],
) -> dict[str, object]:
    """The payload of a revision; ``previous`` is the fingerprint of the revision before, None for the first."""
    return {
        "id": notice_id,
        "reference": reference,
        "revision": revision,
        "status": status,
        "state": state,
        "published_at": rfc3339(published_at),
        "previous_sha256": previous,
        "content": dict(content),
    }


async def ensure_key(act: Act) -> None:
    """Make the node's key if it has none that signs now. Called at the start, never within a publication.

    Two processes that start at once may each make one: both are in the key set, and the newer signs.
    """
    if await _current(act.connection, act.now) is not None:
        return
    key = OKPKey.generate_key("Ed25519")
    kid = key.thumbprint()
    public = {"kty": "OKP", **key.as_dict(private=False)}
    await act.connection.execute(
        sa.insert(signing_keys).values(
            kid=kid,
            public_jwk=json.dumps({name: public[name] for name in ("kty", "crv", "x")}),
            private_sealed=act.vault.seal(json.dumps(key.as_dict(private=True)), _SEALED_AS),
            from_at=act.now.replace(microsecond=0),  # a NumericDate in the key set
        )
    )
    await append(act, "key.make", "key", kid)


async def current_key(connection: AsyncConnection, vault: Vault, now: datetime) -> SigningKey:
    """The key that signs now. Raises `NoSigningKey`; VaultError when the secret key is another than it was."""
    row = await _current(connection, now)
    if row is None:
        raise NoSigningKey("There is no signing key that holds now; `csbm-notify migrate` makes one.")
    return SigningKey(row.kid, OKPKey.import_key(json.loads(vault.open(row.private_sealed, _SEALED_AS))))


async def _current(connection: AsyncConnection, now: datetime) -> sa.Row[Any, Any] | None:
    query = (
        sa.select(signing_keys.c.kid, signing_keys.c.private_sealed)
        .where(
            signing_keys.c.from_at <= now,
            sa.or_(signing_keys.c.until_at.is_(None), signing_keys.c.until_at > now),
            signing_keys.c.revoked_at.is_(None),
        )
        .order_by(signing_keys.c.from_at.desc(), signing_keys.c.kid)
        .limit(1)
    )
    return (await connection.execute(query)).one_or_none()


async def jwks(connection: AsyncConnection) -> dict[str, object]:
    """The key set (RFC 7517) that verifies every revision, past ones too.

    ``nbf``, ``exp`` and ``revoked`` are the members that OpenID Federation 1.0 registered for historical keys, in
    seconds since 1970 UTC.
    """
    keys = []
    for row in await connection.execute(sa.select(signing_keys).order_by(signing_keys.c.from_at, signing_keys.c.kid)):
        key = {**json.loads(row.public_jwk), "kid": row.kid, "use": "sig", "alg": ALGORITHM}
        key["nbf"] = math.floor(row.from_at.timestamp())
        if row.until_at is not None:
            key["exp"] = math.ceil(row.until_at.timestamp())
        if row.revoked_at is not None:
            key["revoked"] = {"revoked_at": math.floor(row.revoked_at.timestamp())}
        keys.append(key)
    return {"keys": keys}


class _Revoked(BaseModel):
    revoked_at: float


class _Jwk(BaseModel):
    kid: str
    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    x: str
    nbf: float = 0
    exp: float | None = None
    revoked: _Revoked | None = None

    def key(self) -> OKPKey:
        return OKPKey.import_key({"kty": self.kty, "crv": self.crv, "x": self.x})

    def check_held(self, at: datetime) -> None:
        """Raise `NotGenuine` unless the key held at a moment."""
        if at < datetime.fromtimestamp(self.nbf, UTC):
            raise NotGenuine(text("Its key was not in use yet when the revision says it was published."))
        if self.exp is not None and at >= datetime.fromtimestamp(self.exp, UTC):
            raise NotGenuine(text("Its key was no longer in use when the revision says it was published."))
        if self.revoked is not None and at >= datetime.fromtimestamp(self.revoked.revoked_at, UTC):
            raise NotGenuine(text("Its key had been revoked when the revision says it was published."))


class _Header(BaseModel):
    kid: str = ""


class _Signature(BaseModel):
    protected: str
    signature: str

    @property
    def kid(self) -> str:
        return _Header.model_validate_json(urlsafe_b64decode(self.protected.encode())).kid


class _Jws(BaseModel):
    payload: str
    signatures: list[_Signature]


class _Payload(BaseModel):
    id: str
    reference: str
    revision: int
    status: str
    state: str
    published_at: AwareDatetime
    previous_sha256: str | None
    content: dict[str, object]


@dataclass(frozen=True)
class _Verified:
    payload: _Payload
    data: bytes  # as it was signed

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    def follows(self, before: _Verified | None) -> bool:
        if before is None:
            return self.payload.revision > 1 or self.payload.previous_sha256 is None
        return (
            self.payload.revision == before.payload.revision + 1
            and self.payload.previous_sha256 == before.fingerprint
            and self.payload.id == before.payload.id
        )


def verify(jws_text: str, key_set: Mapping[str, object]) -> dict[str, object]:
    """The payload of a signed revision, if a key of ``key_set`` signed it and held when it was published.

    Signatures by keys that the set does not have (a state's own) are left aside; every one that it has must hold.
    A revoked key still verifies what was published before the moment of its revocation. Raises `NotGenuine`.
    """
    return _as_dict(_verified(jws_text, key_set))


def check_chain(jws_texts: Sequence[str], key_set: Mapping[str, object]) -> list[dict[str, object]]:
    """The payloads of a notice's revisions, oldest first: each verified, none missing between them, none replaced.

    A list that does not begin with revision 1 is not checked before its first. Raises `NotGenuine`.
    """
    chain: list[_Verified] = []
    for jws_text in jws_texts:
        link = _verified(jws_text, key_set)
        if not link.follows(chain[-1] if chain else None):
            raise NotGenuine(text("Revision %(n)s does not follow the one before it.", n=link.payload.revision))
        chain.append(link)
    return [_as_dict(link) for link in chain]


def _as_dict(verified: _Verified) -> dict[str, object]:
    return dict(json.loads(verified.data))


def _verified(jws_text: str, key_set: Mapping[str, object]) -> _Verified:
    try:
        known = _known_keys(key_set)
        jws = _Jws.model_validate(json.loads(jws_text))
        mine = [(signature, known[signature.kid]) for signature in jws.signatures if signature.kid in known]
        if not mine:
            raise NotGenuine(text("No key of the key set signed this."))
        data = b""
        for signature, jwk in mine:
            single = GeneralJSONSerialization(
                payload=jws.payload, signatures=[{"protected": signature.protected, "signature": signature.signature}]
            )
            data = deserialize_json(single, jwk.key(), registry=_REGISTRY).payload or b""
        payload = _Payload.model_validate(json.loads(data))
    except JoseError as error:
        raise NotGenuine(text("The signature does not fit the text: one of them was changed.")) from error
    except (ValueError, RecursionError) as error:  # not JSON, not base64, or JSON of another shape
        raise NotGenuine(text("This is not a signed revision.")) from error
    for _, jwk in mine:
        jwk.check_held(payload.published_at)
    return _Verified(payload, data)


def _known_keys(key_set: Mapping[str, object]) -> dict[str, _Jwk]:
    """The keys that can be used; others in the set are left aside (RFC 7517, section 5)."""
    keys = key_set.get("keys")
    found = {}
    for value in keys if isinstance(keys, list) else []:
        try:
            jwk = _Jwk.model_validate(value)
        except ValidationError:
            continue
        found[jwk.kid] = jwk
    return found
