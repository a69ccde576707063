"""The Authentication-Results field (RFC 8601) that a receiver puts on top."""

from sendas.auth.spf_walk import SpfResult
from sendas_lab.auth.evaluation import Authentication


_EXPLAINED = {
    SpfResult.PASS: "designates {ip} as permitted sender",
    SpfResult.FAIL: "does not designate {ip} as permitted sender",
    SpfResult.SOFTFAIL: "transitioning {domain} does not designate {ip} as permitted sender",
    SpfResult.NEUTRAL: "is neither permitted nor denied by best guess record for {domain}",
}


def authentication_results(authentication: Authentication, host: str) -> str:
    """The field's value, folded with CRLF: Gmail's form, which others follow closely."""
    lines = [host]
    if not authentication.dkim:
        lines.append("dkim=none")
    for check in authentication.dkim:
        comment = f" ({check.why})" if check.why else ""
        lines.append(
            f"dkim={check.result}{comment} header.i=@{check.domain} header.s={check.selector}"
        )
    mailfrom = authentication.reverse_path or f"postmaster@{authentication.helo}"
    lines.append(
        f"spf={authentication.spf.result} ({host}: {_spf_comment(authentication)}) "
        f"smtp.mailfrom={mailfrom}"
    )
    dmarc = authentication.dmarc
    policy = (
        f" (p={str(dmarc.policy).upper()} dis={str(dmarc.disposition).upper()})"
        if dmarc.policy
        else ""
    )
    lines.append(f"dmarc={dmarc.result}{policy} header.from={authentication.author_domain}")
    return ";\r\n       ".join(lines)


def received_spf(authentication: Authentication, host: str) -> str:
    """The Received-SPF field's value (RFC 7208, 9.1)."""
    spf = authentication.spf
    return (
        f"{spf.result} ({host}: {_spf_comment(authentication)}) "
        f"client-ip={authentication.source_ip}; envelope-from={authentication.reverse_path}; "
        f"helo={authentication.helo};"
    )


def _spf_comment(authentication: Authentication) -> str:
    spf = authentication.spf
    text = _EXPLAINED.get(spf.result)
    if text is None:
        return spf.why
    subject = "" if spf.result is SpfResult.SOFTFAIL else f"domain of {spf.domain} "
    if spf.result is SpfResult.NEUTRAL:
        subject = f"{authentication.source_ip} "
    return subject + text.format(ip=authentication.source_ip, domain=spf.domain)
