"""Mistakes in the DNS: each record that mail needs, changed in every way that fits it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sendas_lab.dns.zone import txt_value

from algebra.byodkim import OWN_SELECTOR
from algebra.mutant import Harm, Mutant
from algebra.spelling import hosts, slips, texts
from sendas.play.scene import Scene
from sendas.ses.regions import KNOWN, feedback_host, inbound_host


@dataclass(frozen=True, slots=True)
class Element:
    """One record set as it must stand; *missing* is what becomes of mail without it."""

    name: str
    owner: str
    type: str
    value: str
    missing: Harm

    @property
    def label(self) -> str:
        """What is typed in front of the zone."""
        return self.owner.partition(".")[0]


def elements(scene: Scene) -> Iterator[Element]:
    """Every record set of *scene* that mail needs."""
    domain = scene.domain
    for number, token in enumerate(scene.tokens if scene.tokens != OWN_SELECTOR else (), 1):
        yield Element(
            f"DKIM {number}", f"{token}._domainkey.{domain}", "CNAME",
            f"{token}.dkim.amazonses.com", Harm.BREAKS,
        )  # fmt: skip
    if scene.set_up.receiving:
        yield Element("MX", domain, "MX", f"10 {inbound_host(scene.region)}", Harm.BREAKS)
    if scene.mail_from:
        host = feedback_host(scene.region)
        yield Element("MAIL FROM MX", scene.mail_from, "MX", f"10 {host}", Harm.WEAKENS)
        spf = "v=spf1 include:amazonses.com ~all"
        yield Element("MAIL FROM SPF", scene.mail_from, "TXT", spf, Harm.WEAKENS)
    if scene.set_up.dmarc:
        yield Element("DMARC", f"_dmarc.{domain}", "TXT", scene.set_up.dmarc, Harm.WEAKENS)
    if scene.set_up.spf:
        # SES passes SPF as the MAIL FROM domain or as amazonses.com: the apex is others'.
        yield Element("SPF", domain, "TXT", scene.set_up.spf, Harm.BESIDE)


def record_mutants(world: str, scene: Scene) -> Iterator[Mutant]:
    """Every mistake in every record of *scene*."""
    for element in elements(scene):
        yield from _One(world, scene, element).mutants()


@dataclass(frozen=True, slots=True)
class _One:
    world: str
    scene: Scene
    element: Element

    def mutants(self) -> Iterator[Mutant]:
        yield from self.at_the_owner()
        yield from self.in_the_value()
        yield from self.beside()

    # The owner name --------------------------------------------------------

    def at_the_owner(self) -> Iterator[Mutant]:
        one, domain = self.element, self.scene.domain
        missing = one.missing
        yield self.made("absent", "", (one.owner,), missing, self.put())
        moved = [
            ("zone appended", f"{one.owner}.{domain}"),
            ("wrong level", f"www.{one.owner}"),
        ]
        if one.owner != domain:
            moved.append(("at the zone", domain))
            parent = one.owner.partition(".")[2]
            if parent != domain:
                moved.append(("a level up", parent))
        if "_domainkey" in one.owner:
            moved.append(("no underscore", one.owner.replace("_domainkey", "domainkey")))
            moved.append(("domain key", one.owner.replace("_domainkey", "_domainkeys")))
        if one.owner.startswith("_dmarc"):
            moved.append(("no underscore", one.owner[1:]))
            moved.append(("_dkim", one.owner.replace("_dmarc", "_dkim")))
        for mistake, owner in moved:
            # A CNAME at the apex cannot be entered: providers refuse it.
            # Beside another MX of its preference senders choose by chance: nothing to state.
            if owner == domain and one.type in {"CNAME", "MX"}:
                continue
            places = (one.owner, owner)
            # What is moved beside another of its kind is missing here, and one too many there.
            yield self.made(
                mistake, owner, places, missing, self.put((owner, one.type, one.value)),
                roots=1 + (owner == domain),
            )  # fmt: skip
        if one.owner != domain:
            for detail, label in slips(one.label):
                owner = f"{label}.{one.owner.partition('.')[2]}" if label else ""
                if owner and label.lower() != one.label.lower() and not label.endswith("-"):
                    yield self.made(
                        "owner misspelt", detail, (one.owner, owner), missing,
                        self.put((owner, one.type, one.value)),
                    )  # fmt: skip

    # The value -------------------------------------------------------------

    def in_the_value(self) -> Iterator[Mutant]:
        one = self.element
        match one.type:
            case "TXT":
                yield from self.in_a_text()
            case "MX":
                yield from self.in_a_host("10 ", one.value.removeprefix("10 "))
            case _:
                yield from self.in_a_host("", one.value)
        for other in {"CNAME": ("TXT",), "MX": ("CNAME", "TXT"), "TXT": ("CNAME",)}[one.type]:
            if other == "CNAME" and one.owner == self.scene.domain:
                continue
            target = f"{one.value.removeprefix('10 ')}."
            value = target if other == "CNAME" else txt_value(one.value)
            if other == "CNAME" and one.type == "TXT":
                value = "verify.provider.example."
            # A CNAME stands alone: what stood there goes (RFC 1034, 3.6.2).
            yield self.made(
                "another type", other, (one.owner,), one.missing,
                self.alone(one.owner, other, value) if other == "CNAME"
                else self.put((one.owner, other, value)),
            )  # fmt: skip

    def in_a_host(self, front: str, host: str) -> Iterator[Mutant]:
        one, domain = self.element, self.scene.domain
        typed = [
            ("zone appended", f"{host}.{domain}"),
            *((f"host: {detail}", name) for detail, name in hosts(host)),
            *((f"misspelt: {detail}", name) for detail, name in slips(host)),
        ]
        for detail, name in typed:
            if _is_host(name) and name.lower() != host.lower():
                mistake, _, rest = detail.partition(": ")
                # SES redirects what comes to another Region's feedback host (FACTS 9).
                elsewhere = one.name == "MAIL FROM MX" and _is_feedback_host(name)
                yield self.made(
                    f"value {mistake}", rest, (one.owner,),
                    Harm.NONE if elsewhere else one.missing,
                    self.put((one.owner, one.type, f"{front}{name}.")),
                )  # fmt: skip
        yield self.made(
            "value upper case", "", (), Harm.NONE,
            self.put((one.owner, one.type, f"{front}{host.upper()}.")),
        )  # fmt: skip

    def in_a_text(self) -> Iterator[Mutant]:
        one = self.element
        spelled = [
            *(("pasted", detail, text) for detail, text in texts(one.value)),
            *(("misspelt", detail, text) for detail, text in slips(one.value)),
            *(("meant otherwise", detail, text) for detail, text in _meant(one.value)),
        ]
        for mistake, detail, text in spelled:
            value = text if text.startswith('"') else txt_value(text)
            yield self.made(
                f"text {mistake}", detail, (one.owner,), None,
                self.put((one.owner, one.type, value)),
            )  # fmt: skip

    # Something more --------------------------------------------------------

    def beside(self) -> Iterator[Mutant]:
        one = self.element
        if one.type == "TXT":
            for detail, more, harm in (
                ("the same kind", _second(one.value), one.missing),
                ("another kind", "site-verification=q1w2e3r4", Harm.NONE),
            ):
                values = (txt_value(one.value), txt_value(more))
                act = self.put((one.owner, "TXT", *values))
                yield self.made("one more", detail, (one.owner,), harm, act)
        if one.type == "MX":
            host = one.value.removeprefix("10 ")
            own = one.name == "MX"
            for detail, values, harm in (
                ("another preference", (f"5 {host}.",), Harm.NONE),
                ("a host that is not there", (f"10 {host}.", "20 mail.nobody.example."), None),
                ("it comes first", ("1 mail.nobody.example.", f"10 {host}."), None),
                ("the null MX", ("0 .",), one.missing),
                ("twice", (f"10 {host}.", f"20 {host}."), None),
            ):
                # Senders go on to the next host; SES wants the MAIL FROM MX to be one alone.
                stated = harm or (Harm.BESIDE if own else one.missing)
                act = self.put((one.owner, "MX", *values))
                yield self.made("one more", detail, (one.owner,), stated, act)

    # -----------------------------------------------------------------------

    def put(self, *sets: tuple[str, ...]) -> "Change":
        """The element's record set gone, and *sets* (owner, type, values) in its place."""
        return Change((self.element.owner, self.element.type), sets)

    def alone(self, owner: str, record_type: str, value: str) -> "Change":
        """The same, and nothing else left at *owner*."""
        return Change((owner, "*"), ((owner, record_type, value),))

    def made(
        self,
        mistake: str,
        detail: str,
        places: tuple[str, ...],
        harm: Harm | None,
        act: "Change",
        roots: int = 1,
    ) -> Mutant:
        return Mutant(self.world, self.element.name, mistake, detail, places, harm, act, roots)


@dataclass(frozen=True, slots=True)
class Change:
    """A record set taken away, all types of the name for ``*``, and others put in."""

    gone: tuple[str, str]
    sets: tuple[tuple[str, ...], ...]

    def __call__(self, scene: Scene) -> None:
        """Do it at the DNS provider."""
        owner, record_type = self.gone
        types = ("CNAME", "TXT", "MX") if record_type == "*" else (record_type,)
        for one in types:
            scene.remove_record(owner, one)
        for name, kind, *values in self.sets:
            standing = scene.values_at(name, kind) if (name, kind) != self.gone else ()
            scene.set_record(name, kind, *dict.fromkeys((*standing, *values)))


def _is_host(name: str) -> bool:
    labels = name.split(".")
    return len(labels) > 1 and all(
        label and not label.startswith("-") and not label.endswith("-") for label in labels
    )


def _is_feedback_host(name: str) -> bool:
    return any(name.lower() == feedback_host(region) for region in KNOWN)


def _second(text: str) -> str:
    spf = "v=spf1 include:_spf.example.org -all"
    return spf if "DMARC1" not in text else "v=DMARC1; p=quarantine"


def _meant(text: str) -> Iterator[tuple[str, str]]:
    """What is well written, and means something else; or the same."""
    if text.startswith("v=spf1"):
        bare = text.removesuffix(" ~all").removesuffix(" -all")
        yield "all in front", f"v=spf1 ~all {bare.removeprefix('v=spf1 ')}"
        yield "terms behind all", f"{text} include:_spf.example.org"
        yield "include with a blank", text.replace("include:", "include: ")
        yield "include with a dot", text.replace("include:", "include.")
        yield "include with =", text.replace("include:", "include=")
        yield "all joined", text.replace(" ~all", "~all")
        yield "two strings, no blank", f'"{bare}" "~all"'
        yield "two strings", f'"{bare}" " ~all"'
        yield "without SES", "v=spf1 ~all"
        yield "another host", text.replace("amazonses.com", "amazonaws.com")
        yield "Google's", "v=spf1 include:_spf.google.com ~all"
        yield "version 2", text.replace("v=spf1", "v=spf2")
        yield "version with ;", text.replace("v=spf1", "v=spf1;")
        yield "spf1", text.replace("v=spf1", "spf1")
        yield "-all", text.replace("~all", "-all")
        yield "+all", text.replace("~all", "+all")
        yield "no all", bare
        yield "minus include", text.replace("include:", "-include:")
    else:
        yield "p=reject", text.replace("p=none", "p=reject")
        yield "no p", text.replace("p=none; ", "")
        yield "p misspelt", text.replace("p=none", "p=nonee")
        yield "version misspelt", text.replace("DMARC1", "DMARC")
        yield "version alone", "v=DMARC1"
        yield "version behind", "; ".join([*text.split("; ")[1:], "v=DMARC1"])
        yield "colon for =", text.replace("p=", "p:")
        yield "no mailto", text.replace("mailto:", "")
        yield "commas for ;", text.replace(";", ",")
        yield "blank for ;", text.replace(";", "")
        yield "adkim strict", text.replace("p=none", "p=none; adkim=s")
        yield "aspf strict", text.replace("p=none", "p=none; aspf=s")
        yield "unknown tag", f"{text}; x=1"
        yield "SPF's", "v=spf1 include:amazonses.com ~all"


Records = Mapping[tuple[str, str], tuple[str, ...]]


def records(scene: Scene) -> Records:
    """Every record set of a zone that is kept by hand."""
    standing = scene.lab.dns.provider.zone(scene.domain).data().record_sets
    return {key: held.values for key, held in standing.items() if key[1] not in {"SOA", "NS"}}


def put_back(scene: Scene, wanted: Records) -> None:
    """The zone as it was."""
    standing = records(scene)
    for owner, kind in standing.keys() - wanted.keys():
        scene.remove_record(owner, kind)
    for (owner, kind), values in wanted.items():
        if standing.get((owner, kind)) != values:
            scene.set_record(owner, kind, *values)
