"""Routes: one per forward-path, and a file whose mistakes are all told at once."""

# ruff: noqa: E501  tables: one case a line

import json

from typing import Any

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.forward.routes import (
    Handling,
    Ignore,
    Limits,
    NoRoute,
    OwnAddress,
    Policy,
    Refuse,
    Reports,
    Route,
    RoutedDomain,
    Routes,
    To,
)
from sendas.forward.routes_file import MalformedRoutes, format_routes, parse_routes


OWNER, PARTNER = "owner@mail.example.net", "partner@example.org"
FILE: dict[str, Any] = {
    "schema": "sendas.routes/1",
    "domains": {
        "example.com": {
            "forwarding_address": "forwarded@example.com",
            "notice_address": OWNER,
            "policy": {"dmarc_reject": "forward"},
            "routes": {
                "info": [OWNER],
                "Sales": [OWNER, PARTNER],
                "sales+eu": [PARTNER],
                "old": {"reject": "Please write to info@example.com."},
                "bin": {"discard": True},
                "*": [PARTNER],
            },
        },
        "bücher.example": {
            "forwarding_address": "forwarded@bücher.example",
            "notice_address": OWNER,
            "routes": {"info": [OWNER]},
        },
    },
    "limits": {"max_per_hour": 50},
}


def parsed(**changes: object) -> Routes:
    """The file with its first domain changed."""
    changed = json.loads(json.dumps(FILE))
    changed["domains"]["example.com"] |= changes
    return parse_routes(json.dumps(changed))


@pytest.mark.parametrize(
    ("forward_path", "route"),
    [
        ("info@example.com", To((OWNER,))),
        ("INFO@Example.COM", To((OWNER,))),
        ("info+shop@example.com", To((OWNER,))),
        ("sales@example.com", To((OWNER, PARTNER))),
        ("sales+eu@example.com", To((PARTNER,))),
        ("sales+EU@example.com", To((PARTNER,))),
        ("sales+us@example.com", To((OWNER, PARTNER))),
        ("old@example.com", Refuse("Please write to info@example.com.")),
        ("bin@example.com", Ignore()),
        ("anything@example.com", To((PARTNER,))),
        ("*@example.com", To((PARTNER,))),
        ("forwarded@example.com", OwnAddress()),
        ("forwarded+x@example.com", OwnAddress()),
        ("info@bücher.example", To((OWNER,))),
        ("info@xn--bcher-kva.example", To((OWNER,))),
        ("other@xn--bcher-kva.example", NoRoute()),
    ],
)
def test_chooses_one_route(forward_path: str, route: Route) -> None:
    """Exact, then without the detail, then the catch-all."""
    domain = parse_routes(json.dumps(FILE)).domain_of(forward_path)

    assert domain is not None
    assert route == domain.route_of(forward_path)


@pytest.mark.parametrize(
    "forward_path",
    ["info@example.org", "info@sub.example.com", "info@notexample.com", "nonsense"],
)
def test_another_domain_is_not_ours(forward_path: str) -> None:
    """Domains are compared, not their text."""
    assert parse_routes(json.dumps(FILE)).domain_of(forward_path) is None


def test_reads_policy_and_limits() -> None:
    """What is not said keeps its default."""
    routes = parse_routes(json.dumps(FILE))

    assert Policy(dmarc_reject=Handling.FORWARD) == routes.domains["example.com"].policy
    assert Limits(max_per_hour=50) == routes.limits


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"routes": {"info": ["info@example.com"]}}, "domains.example.com.routes.info[0]"),
        ({"routes": {"info": ["x@xn--bcher-kva.example"]}}, "domains.example.com.routes.info[0]"),
        ({"routes": {"info": ["x@EXAMPLE.com"]}}, "domains.example.com.routes.info[0]"),
        ({"notice_address": "info@example.com"}, "domains.example.com.notice_address"),
        ({"forwarding_address": "f@example.org"}, "domains.example.com.forwarding_address"),
        ({"forwarding_address": "info@example.com"}, "domains.example.com.forwarding_address"),
        ({"forwarding_address": None}, "domains.example.com.forwarding_address"),
        ({"routes": {"info": []}}, "domains.example.com.routes.info"),
        ({"routes": {"info": [OWNER, OWNER.upper()]}}, "domains.example.com.routes.info[1]"),
        ({"routes": {"info": OWNER}}, "domains.example.com.routes.info"),
        (
            {"routes": {"info": {"reject": "a", "discard": True}}},
            "domains.example.com.routes.info",
        ),
        ({"routes": {"info": {"discard": False}}}, "domains.example.com.routes.info"),
        ({"routes": {"info": {"reject": "two\nlines"}}}, "domains.example.com.routes.info.reject"),
        ({"routes": {"Info": [OWNER], "info": [OWNER]}}, "domains.example.com.routes.info"),
        ({"routes": {"info@example.com": [OWNER]}}, "domains.example.com.routes.info@example.com"),
        ({"routes": {"info": ["jané@example.net"]}}, "domains.example.com.routes.info[0]"),
        ({"routes": {"info": ["no address"]}}, "domains.example.com.routes.info[0]"),
        ({"policy": {"spam": "forward"}}, "domains.example.com.policy.spam"),
        ({"policy": {"virus": "forward"}}, "domains.example.com.policy.virus"),
        ({"policy": {"spam": "burn"}}, "domains.example.com.policy.spam"),
        ({"policy": {"ham": "forward"}}, "domains.example.com.policy.ham"),
        ({"colour": "red"}, "domains.example.com.colour"),
    ],
)
def test_names_the_mistake(changes: dict[str, object], place: str) -> None:
    """Each mistake is told by its path, and targets at our own domains are mistakes."""
    with pytest.raises(MalformedRoutes) as raised:
        parsed(**changes)

    assert [place] == [one.place for one in raised.value.mistakes]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "not JSON"),
        ("[]", "not an object"),
        ("{}", "schema"),
        (json.dumps(FILE | {"schema": "sendas.routes/2"}), "sendas.routes/1"),
        (json.dumps(FILE | {"domains": {}}), "no domain"),
        (json.dumps(FILE | {"limits": {"max_hops": 500}}), "limits.max_hops"),
        (json.dumps(FILE | {"limits": {"max_per_hour": True}}), "limits.max_per_hour"),
        (json.dumps(FILE | {"limits": {"stop_at_bounce_percent": "4"}}), "limits.stop_at"),
        ('{"schema": "sendas.routes/1", "schema": "sendas.routes/1"}', "given twice"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_refuses_what_is_no_routes_file(text: str, word: str) -> None:
    """A file of another kind or version is refused as a whole."""
    with pytest.raises(MalformedRoutes, match=word):
        parse_routes(text)


def test_tells_every_mistake_at_once() -> None:
    """Four mistakes are four lines, not one after the other."""
    with pytest.raises(MalformedRoutes) as raised:
        parsed(
            notice_address="x",
            forwarding_address="f@example.org",
            policy={"spam": "forward"},
            routes={"info": ["info@example.com"]},
        )

    assert 4 == len(raised.value.mistakes)
    assert 4 == len(str(raised.value).splitlines())


locals_ = st.from_regex(r"[a-z0-9]{1,8}(\+[a-z]{1,4})?", fullmatch=True).filter(
    lambda x: not x.startswith("zz")
)
targets = st.lists(
    st.from_regex(r"[A-Za-z0-9]{1,8}@[a-z]{1,8}\.example\.org", fullmatch=True),
    min_size=1, max_size=4, unique_by=str.lower,
)  # fmt: skip
chosen = st.one_of(
    targets.map(lambda found: To(tuple(found))),
    st.from_regex(r"[ -~]{1,40}", fullmatch=True).map(Refuse),
    st.just(Ignore()),
    st.just(Reports()),
)
handlings = st.sampled_from(Handling)
kept_back = st.sampled_from([Handling.QUARANTINE, Handling.DISCARD])
policies = st.builds(
    Policy, virus=kept_back, spam=kept_back, unsure_spam=handlings, dmarc_reject=handlings,
    dmarc_quarantine=handlings,
)  # fmt: skip
domains = st.builds(
    RoutedDomain,
    name=st.sampled_from(["example.com", "example.net"]),
    forwarding_address=st.just(""),
    notice_address=st.just(OWNER.replace("example.net", "example.org")),
    routes=st.dictionaries(locals_ | st.just("*"), chosen, max_size=5),
    policy=policies,
)


@given(domains, st.integers(5, 45), st.floats(0.1, 100))
def test_parsing_what_was_written_gives_it_back(
    domain: RoutedDomain, hops: int, percent: float
) -> None:
    """format, then parse, is the identity: what sendas writes the function reads."""
    named = RoutedDomain(
        domain.name, f"zz@{domain.name}", domain.notice_address, domain.routes, domain.policy
    )
    routes = Routes({named.name: named}, Limits(max_hops=hops, stop_at_bounce_percent=percent))

    assert routes == parse_routes(format_routes(routes))


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda x: st.lists(x, max_size=3) | st.dictionaries(st.sampled_from(["schema", "domains", "routes", "limits", "a"]), x, max_size=4), max_leaves=10))  # fmt: skip
def test_any_json_raises_its_own_error(value: object) -> None:
    """No file crashes the function, right schema or not."""
    with pytest.raises(MalformedRoutes):
        parse_routes(json.dumps(value))
    with pytest.raises(MalformedRoutes):
        parse_routes(
            json.dumps(
                {"schema": "sendas.routes/1", "domains": {"example.com": value}, "limits": value}
            )
        )
