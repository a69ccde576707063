"""Who a host belongs to, by the names that mail servers have.

From public MX records and the names these servers say in their replies.
"""

from sendas.bounce.tables.ses_api import SES_ALONE


PROVIDERS: tuple[tuple[str, str], ...] = (
    ("gmail", "google.com"),
    ("gmail", "googlemail.com"),
    ("gmail", "gmail.com"),
    # Exchange Online takes mail for tenants; outlook.com's own mailboxes have other hosts.
    ("outlook.com", "olc.protection.outlook.com"),
    ("outlook.com", "hotmail.com"),
    ("outlook.com", "live.com"),
    ("exchange-online", "protection.outlook.com"),
    ("exchange-online", "prod.outlook.com"),
    ("exchange-online", "exchangelabs.com"),
    ("exchange-online", "mx.microsoft"),
    ("exchange-online", "onmicrosoft.com"),
    ("exchange-online", "outlook.com"),
    ("yahoo", "yahoodns.net"),
    ("yahoo", "yahoo.com"),
    ("yahoo", "yahoo.co.jp"),
    ("yahoo", "aol.com"),
    ("apple", "icloud.com"),
    ("apple", "mail.me.com"),
    ("apple", "apple.com"),
    ("apple", "appleid.com"),
    ("apple", "mac.com"),
    ("apple", "me.com"),
    ("ses-inbound", "inbound-smtp"),
    ("ses-smtp", "email-smtp"),
    ("ses", "amazonses.com"),
    ("workmail", "awsapps.com"),
    ("zoho", "zoho.com"),
    ("zoho", "zoho.eu"),
    ("zoho", "zohomail.com"),
    ("gmx", "gmx.net"),
    ("gmx", "gmx.com"),
    ("gmx", "mail.com"),
    ("gmx", "web.de"),
    ("ionos", "kundenserver.de"),
    ("ionos", "1and1.com"),
    ("ionos", "ionos.com"),
    ("mail.ru", "mail.ru"),
    ("mail.ru", "smailru.net"),
    ("yandex", "yandex.ru"),
    ("yandex", "yandex.net"),
    ("proofpoint", "pphosted.com"),
    ("proofpoint", "ppe-hosted.com"),
    ("mimecast", "mimecast.com"),
    ("barracuda", "barracudanetworks.com"),
    ("barracuda", "ess.barracuda"),
    ("messagelabs", "messagelabs.com"),
    ("cisco", "iphmx.com"),
    ("cloudflare", "mx.cloudflare.net"),
    ("orange", "orange.fr"),
    ("orange", "wanadoo.fr"),
    ("laposte", "laposte.net"),
    ("sfr", "sfr.fr"),
    ("free", "free.fr"),
    ("godaddy", "secureserver.net"),
    ("comcast", "comcast.net"),
    ("cox", "cox.net"),
    ("charter", "charter.net"),
    ("att", "att.net"),
    ("att", "sbcglobal.net"),
    ("facebook", "facebook.com"),
    ("facebook", "facebookmail.com"),
    ("tencent", "qq.com"),
    ("netease", "163.com"),
    ("netease", "126.com"),
    ("au", "ezweb.ne.jp"),
    ("au", "au.com"),
    ("au", "auone-net.jp"),
    ("au", "dion.ne.jp"),
    ("docomo", "docomo.ne.jp"),
    ("softbank", "softbank.ne.jp"),
    ("softbank", "vodafone.ne.jp"),
    ("verizon", "vtext.com"),
    ("verizon", "vzwpix.com"),
    ("t-online", "t-online.de"),
    ("telekom", "telekom.de"),
    ("fastmail", "messagingengine.com"),
    ("proton", "protonmail.ch"),
    ("rackspace", "emailsrvr.com"),
    ("sendgrid", "sendgrid.net"),
    ("mailgun", "mailgun.org"),
    ("mailgun", "mailgun.net"),
    ("ovh", "ovh.net"),
    ("libero", "libero.it"),
    ("seznam", "seznam.cz"),
    ("naver", "naver.com"),
    ("aliyun", "aliyun.com"),
    ("aliyun", "mxhichina.com"),
    ("improvmx", "improvmx.com"),
    ("titan", "titan.email"),
    ("infomaniak", "infomaniak.ch"),
    ("infomaniak", "infomaniak.com"),
    ("gandi", "gandi.net"),
    ("wp.pl", "wp.pl"),
    ("onet", "onet.pl"),
    ("uol", "uol.com.br"),
    ("terra", "terra.com"),
    ("terra", "terra.com.br"),
    ("trendmicro", "trendmicro.com"),
    ("trendmicro", "trendmicro.eu"),
    ("sophos", "sophos.com"),
    ("spamexperts", "spamexperts.com"),
    ("spamexperts", "antispamcloud.com"),
    ("spamexperts", "mailspamprotection.com"),
    ("hornetsecurity", "hornetsecurity.com"),
    ("hornetsecurity", "antispameurope.com"),
    ("vade", "vadesecure.com"),
    ("mailchannels", "mailchannels.net"),
)
"""Provider, and how its hosts' names end (or, without a dot, begin).  First match wins."""

_BY_SUFFIX = {suffix: provider for provider, suffix in PROVIDERS if "." in suffix}
_BY_LABEL = {label: provider for provider, label in PROVIDERS if "." not in label}


def provider_of(host: str) -> str:
    """The provider whose *host*, a lower-case name, this is; empty when not one we know."""
    if "." not in host:
        return ""
    labels = host.split(".")
    if labels[0] in _BY_LABEL and labels[-2:] == ["amazonaws", "com"]:
        return _BY_LABEL[labels[0]]
    for start in range(max(0, len(labels) - 6), len(labels) - 1):
        provider = _BY_SUFFIX.get(".".join(labels[start:]))
        if provider:
            return provider
    return ""


_SIGNATURES: tuple[tuple[str, str], ...] = (
    # What only one provider writes in its replies, whatever the host is called.
    ("- gsmtp", "gmail"),
    ("dmarc policy. please contact the administrator", "gmail"),
    ("to best protect our users from spam", "gmail"),
    ("gmail requires ", "gmail"),
    ("email account that you tried to reach", "gmail"),
    ("postmaster.aol.com", "yahoo"),
    ("[tss0", "yahoo"),
    ("[ts0", "yahoo"),
    ("simpleemailservice", "ses-smtp"),
    ("failed the check in region", "ses-smtp"),
    ("not authorized to perform ses:", "ses-smtp"),
    ("not authorized to perform: ses:", "ses-smtp"),
    ("not authorized to perform 'ses:", "ses-smtp"),
    *((words, "ses-smtp") for words in SES_ALONE),
    ("- gcdp", "gmail"),
    ("support.google.com/", "gmail"),
    (".prod.outlook.com", "exchange-online"),
    (".prod.protection.outlook.com", "exchange-online"),
    ("resolver.adr.", "exchange-online"),
    ("resolver.rst.", "exchange-online"),
    ("storedrv.", "exchange-online"),
    ("postmaster.live.com", "outlook.com"),
    ("mail.live.com/mail/troubleshooting", "outlook.com"),
    ("(s3140)", "outlook.com"),
    ("(s3150)", "outlook.com"),
    ("sender.office.com", "exchange-online"),
    ("postmaster.yahooinc.com", "yahoo"),
    ("senders.yahooinc.com", "yahoo"),
    ("postmaster.verizonmedia.com", "yahoo"),
    ("support.apple.com/", "apple"),
    ("ofr_", "orange"),
    ("developers.cloudflare.com/email", "cloudflare"),
    ("postmaster.gmx.", "gmx"),
    ("postmaster.1and1.", "ionos"),
    ("postmaster.facebook.com", "facebook"),
    ("service.mail.qq.com", "tencent"),
    ("on our block list", "outlook.com"),
    *((f"{code}-00", "outlook.com") for code in ("sc", "dy", "ou", "rp")),
    ("community.mimecast.com", "mimecast"),
    ("mimecast.org", "mimecast"),
    ("ofr0", "orange"),
    ("lpn0", "laposte"),
    ("lpn1", "laposte"),
    ("postmaster.comcast.net", "comcast"),
    ("bizsmtp", "godaddy"),
    *((f"aup#{code}", "cox") for code in ("cx", "cdrbl", "ipbl", "urlbl")),
    ("aup#", "charter"),
    ("ipcheck.proofpoint.com", "proofpoint"),
    ("emailsrvr.com", "rackspace"),
    ("postmaster.free.fr", "free"),
    ("postmaster.web.de", "gmx"),
    ("rx.t-online.de", "t-online"),
    ("mailpolicy violation", "zoho"),
    ("help.mail.ru", "mail.ru"),
    ("corp.mail.ru", "mail.ru"),
    ("service.exmail.qq.com", "tencent"),
    ("mail.163.com", "netease"),
    ("dt:spm", "netease"),
    ("mailhelp.aliyun.com", "aliyun"),
    ("- nsmtp", "naver"),
    ("iol.local", "libero"),
    ("spamsource.yandex", "yandex"),
    ("feedback.yandex", "yandex"),
    ("ya.cc/", "yandex"),
    ("(#id-5.9", "improvmx"),
)


def provider_by_text(lowered: str) -> str:
    """The provider that gives itself away in its lower-case reply; empty without."""
    for words, provider in _SIGNATURES:
        if words in lowered:
            return provider
    return ""


_MICROSOFTS_OWN = frozenset({"1.90", "2.121", "2.122", "7.12"})
_FIRST_OF_MICROSOFT = 300


def provider_by_status(status: str) -> str:
    """The provider that alone uses the code *status*; empty without.

    Three-digit details from 300 on are Microsoft's own (ms-ndr); 5.7.515 is
    Outlook.com's.
    """
    _, _, detail = status.rpartition(".")
    if status[2:] in _MICROSOFTS_OWN:
        return "exchange-online"
    if len(detail) != len("500") or int(detail) < _FIRST_OF_MICROSOFT:
        return ""
    return "outlook.com" if detail == "515" else "exchange-online"
