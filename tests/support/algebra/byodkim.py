"""A world that signs with a key of its own (BYODKIM), and the mistakes in publishing it."""

import base64

from collections.abc import Iterator

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from sendas_lab.dns.zone import txt_value

from algebra.mutant import Harm, Mutant
from sendas.play.scene import Scene


OWN_SELECTOR = ("own2024",)
_KEY = rsa.generate_private_key(65537, 2048)
_PRIVATE = base64.b64encode(
    _KEY.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
).decode()


def _public(form: serialization.PublicFormat) -> str:
    key = _KEY.public_key().public_bytes(serialization.Encoding.DER, form)
    return base64.b64encode(key).decode()


_PUBLIC = _public(serialization.PublicFormat.SubjectPublicKeyInfo)
_RIGHT = f"v=DKIM1; k=rsa; p={_PUBLIC}"


def with_own_key(scene: Scene) -> None:
    """SES signs with the owner's key; Easy DKIM's records are gone."""
    for token in scene.tokens:
        scene.remove_record(f"{token}._domainkey.{scene.domain}", "CNAME")
    scene.tokens = OWN_SELECTOR
    scene.set_record(_owner(scene), "TXT", txt_value(_RIGHT))
    scene.call(
        "sesv2", "PutEmailIdentityDkimSigningAttributes",
        EmailIdentity=scene.domain, SigningAttributesOrigin="EXTERNAL",
        SigningAttributes={
            "DomainSigningSelector": OWN_SELECTOR[0], "DomainSigningPrivateKey": _PRIVATE,
        },
    )  # fmt: skip
    scene.lab.ses.refresh()


def _owner(scene: Scene) -> str:
    return f"{OWN_SELECTOR[0]}._domainkey.{scene.domain}"


def own_key_mutants(world: str, scene: Scene) -> Iterator[Mutant]:
    """Every mistake in the key's record, where the world has one."""
    if scene.tokens != OWN_SELECTOR:
        return
    owner = _owner(scene)
    cut = txt_value(_RIGHT)
    stand: list[tuple[str, str, Harm, tuple[tuple[str, str], ...]]] = [
        ("absent", "", Harm.BREAKS, ()),
        ("zone appended", "", Harm.BREAKS, ((f"{owner}.{scene.domain}", cut),)),
        ("at the zone", "", Harm.BREAKS, ((scene.domain, cut),)),
        ("no underscore", "", Harm.BREAKS, ((owner.replace("._", "."), cut),)),
        ("selector misspelt", "", Harm.BREAKS, ((owner.replace("2024", "2042"), cut),)),
    ]  # fmt: skip
    values = {
        "six signs short": (_RIGHT[:-6], Harm.BREAKS),
        "cut at 255": (_RIGHT[:255], Harm.BREAKS),
        "PKCS #1": (
            # The lab's receivers read both forms; those by OpenSSL read one (RFC 6376, 3.6.1).
            f"v=DKIM1; k=rsa; p={_public(serialization.PublicFormat.PKCS1)}", Harm.BESIDE,
        ),
        "PEM's lines": (_RIGHT.replace("p=", "p=-----BEGIN PUBLIC KEY-----"), Harm.BREAKS),
        "a piece twice": (f"{_RIGHT[:255]}{_RIGHT[200:]}", Harm.BREAKS),
        "revoked": ("v=DKIM1; k=rsa; p=", Harm.BREAKS),
        "version last": (f"k=rsa; p={_PUBLIC}; v=DKIM1", Harm.BREAKS),
        "without the version": (f"p={_PUBLIC}", Harm.NONE),
        "blanks inside": (f"v=DKIM1; k=rsa; p={_PUBLIC[:60]} {_PUBLIC[60:]}", Harm.NONE),
        "more tags": (f"v=DKIM1; h=sha256; k=rsa; t=s; p={_PUBLIC}", Harm.NONE),
    }  # fmt: skip
    stand += [
        ("value", detail, harm, ((owner, txt_value(text)),))
        for detail, (text, harm) in values.items()
    ]
    for mistake, detail, harm, sets in stand:
        places = () if harm is Harm.NONE else (OWN_SELECTOR[0],)

        def act(one: Scene, sets: tuple[tuple[str, str], ...] = sets) -> None:
            one.remove_record(owner, "TXT")
            for name, value in sets:
                held = one.values_at(name, "TXT") if name != owner else ()
                one.set_record(name, "TXT", *held, value)

        yield Mutant(world, "own DKIM key", mistake, detail, places, harm, act)
