from datetime import date

import pytest

from edge.contract.bundle_error import BundleError
from edge.contract.manifest import Manifest
from edge.contract.signature import Signature
from edge.contract.trust import ANYONE, Origin, Trust, check_age, judge
from edge.contract.variant import Variant
from tests.bundles import SIGNER, TRUST, TRUSTED_KEY

TEXT = b"whatever a manifest says"
LINE = Signature(TRUSTED_KEY, SIGNER.sign(TEXT)).line()
STRANGER = Trust(frozenset({"ab" * 32}))


def refusal(manifest: bytes, signature: bytes | None, trust: Trust) -> tuple[str, str]:
    with pytest.raises(BundleError) as raised:
        judge(manifest, signature, trust)
    return raised.value.reason, str(raised.value)


def test_a_listed_keys_signature_is_trusted() -> None:
    assert judge(TEXT, LINE, TRUST) == ("signed", TRUSTED_KEY)


def test_nobodys_bundle_is_refused_with_both_remedies() -> None:
    reason, text = refusal(TEXT, None, TRUST)

    assert reason == "unsigned"
    assert "export sign" in text
    assert "allow_unsigned = true" in text


def test_a_strangers_bundle_is_refused_and_the_stranger_named() -> None:
    reason, text = refusal(TEXT, LINE, STRANGER)

    assert reason == "untrusted_key"
    assert TRUSTED_KEY in text


@pytest.mark.parametrize(("signature", "key"), [(None, None), (LINE, TRUSTED_KEY)])
def test_what_nobody_trusted_signed_is_marked_where_it_is_allowed(
    signature: bytes | None, key: str | None
) -> None:
    assert judge(TEXT, signature, ANYONE) == ("unsigned", key)


@pytest.mark.parametrize("trust", [TRUST, ANYONE, Trust(TRUST.keys, allow_unsigned=True)])
def test_a_wrong_signature_is_refused_even_where_none_is_needed(trust: Trust) -> None:
    assert refusal(TEXT + b" ", LINE, trust)[0] == "bad_signature"


def manifest(serial: int = 0, expires: date | None = None) -> Manifest:
    return Manifest(
        name="mine",
        version="1",
        serial=serial,
        expires=expires,
        variants={"fp32": Variant(models={"AR": "AR.onnx"})},
        measured_on="nothing",
        opset=18,
    )


def aged(found: Manifest, origin: Origin, trust: Trust) -> str | None:
    """Reason of the refusal, or None."""
    try:
        check_age(found, origin, trust)
    except BundleError as error:
        return error.reason
    return None


@pytest.mark.parametrize(("serial", "reason"), [(4, "rolled_back"), (5, None), (6, None)])
def test_an_older_version_than_ran_before_is_refused(serial: int, reason: str | None) -> None:
    trust = Trust(serials={"mine": 5, "other": 9})

    assert aged(manifest(serial), "signed", trust) == reason


def test_an_unsigned_serial_is_not_believed_either_way() -> None:
    assert aged(manifest(0), "unsigned", Trust(serials={"mine": 5})) is None


@pytest.mark.parametrize("origin", ["builtin", "signed", "unsigned"])
def test_a_bundle_runs_to_the_end_of_its_last_day(origin: Origin) -> None:
    last = date(2026, 2, 28)

    assert aged(manifest(expires=last), origin, Trust(today=last)) is None
    assert aged(manifest(expires=last), origin, Trust(today=date(2026, 3, 1))) == "expired"
    assert aged(manifest(expires=last), origin, ANYONE) is None
