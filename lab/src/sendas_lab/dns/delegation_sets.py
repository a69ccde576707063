"""The names of Route 53's name servers, as a lab's hosted zones get them."""

SETS = 4
"""Delegation sets in the lab, given to new zones in turn."""

_TOP_LEVELS = ("com", "net", "org", "co.uk")


def name_servers(number: int) -> tuple[str, ...]:
    """The four servers of delegation set *number*, named as AWS names them.

    ns-0 to ns-511 are in com, then 512 each in net, org and co.uk; the second
    number is an eighth of the first (seen in public delegations).
    """
    return tuple(
        f"ns-{512 * place + 8 * number}.awsdns-{number:02}.{top}"
        for place, top in enumerate(_TOP_LEVELS)
    )
