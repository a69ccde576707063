"""What servers everywhere say of whoever sends: reputation, spam, block lists, domains."""

from sendas.bounce.reason import Reason
from sendas.bounce.report import Command
from sendas.bounce.tables.row import Row, texts


SENDER: tuple[Row, ...] = (
    Row(
        Reason.BAD_REPUTATION,
        "seen in the wild, several servers; Google, SMTP errors (google/3726730)",
        texts(
            """
            low reputation | bad reputation | poor reputation | reputation of the sending |
            sender reputation | domain reputation | ip reputation | reputation is |
            reputation score | reputation-based | reputation too low | poor email reputation |
            user complaints | unexpected volume | senderscore | sender score | senderbase | sbrs |
            reputation
            """
        ),
    ),
    Row(
        Reason.SPAM_DETECTED,
        "seen in the wild, several servers; SpamAssassin, rspamd, amavisd-new, Barracuda, "
        "Cloudmark, Vade",
        texts(
            """
            message…spam | mail…is spam | content…spam | considered spam | detected as spam |
            classified as spam | identified as spam | scored as spam | looks like spam |
            appears to be spam | like spam | likely spam | is spam | as spam | was spam |
            spam score | spam content | spam detected | spam message | spam mail | spam filter |
            spam check | spam threshold | spam rejected | rejected as spam | rejected - spam |
            - spam | : spam | (spam) | spam tag | spam reject | identified spam | spam-like |
            spammy | spam engine | spam level | spam policy | suspected spam | possible spam |
            probable spam | spam suspected | spam found | no spam please | we dont accept spam |
            don't send spam | anti-spam | antispam | spamassassin | rspamd | unsolicited bulk |
            unsolicited mail | unsolicited email | likely unsolicited | bulk email | bulk mail |
            junk mail | junk e-mail | junkmail | (uce | uce) | ube) | message content rejected |
            content rejected | content filter | content-filter | content was rejected |
            banned content | banned word | forbidden content | contains a url | url in message |
            blacklisted url | url…listed | listed url | uribl | surbl | suspicious url |
            suspicious content | link…blacklist | cloudmark | high on the spam | too much spam |
            mail rejete | mail rejected.  | message filtered | message rejected due to content |
            objectionable content |  rejected by content |
            content restrictions | spamtrap | phish | bogofilter | dspam |
            probability of spam | spam probability | of spam. |
            for spam | spam wall | spamwall
            """
        ),
    ),
    Row(
        Reason.POLICY_VIOLATION,
        "Postfix (header_checks), MIMEDefang, gateways: attachments",
        texts(
            """
            blocked attachment | attachment blocked | attachment…blocked | attachment…not allowed |
            blacklisted file | blocked file | file extension | prohibited attachment |
            forbidden attachment | illegal attachment | file type
            """
        ),
    ),
    Row(
        Reason.BLOCKED,
        "Postfix source: smtpd, local, virtual, smtp (reject_rbl_client, reject_unknown_helo); "
        "Sendmail source and cf/README (dnsbl); block lists' own texts",
        texts(
            """
            blocked using | blocked by | blocked for | blocked - | blocked at | is blocked |
            been blocked | was blocked | blocklist | block list | blocked list | block-list |
            blacklist | black list | black-list | denylist | deny list | blackholed | blacklisted
            | dnsbl | rbl | spamhaus | spamcop | sorbs | barracudacentral | abuseat | psbl |
            mailspike | njabl | uceprotect | invaluement | spamrats | dul. | cbl. | listed in |
            listed on | listed at | is listed by | client host | client rejected | host rejected |
            rejected host | ip address rejected | ip rejected | ip address is | ip is blocked |
            ip is not | banned sending ip | banned ip | ip banned | bad ip | your ip |
            your network | your host | your server | your mail server | your email server |
            sending server | sending ip | sending host | connecting host | connecting ip |
            connecting ip address | source ip | remote ip | from your ip | from your network |
            from ip | ip address…not allowed | ip address…denied | ip address…blocked |
            ip address…rejected | hosts in dynamic | dynamic ip | dynamic address | dynamic pool |
            dialup | dial-up | residential | dynamically | may not be mail exchanger |
            use your isp | your isp | smtp server of your isp | isp's | use the smtp server |
            not allowed to connect | not permitted to connect | refused to accept connection |
            connection refused by policy | connection rejected | connection not
            accepted | connections not accepted | not accepting connections from |
            not accept connection | no access from mail server | access from ip |
            access denied. ip | access denied for ip | helo command rejected | helo rejected |
            ehlo rejected | invalid helo | bad helo | helo name | helo/ehlo | ehlo/helo |
            helo argument | helo…invalid | helo…reject | invalid hostname in helo | need fully-
            qualified hostname | hostname is not | too many bad commands |
            too many errors from your | too many spam | too many invalid recipients |
            too many unknown | too many bad recipients | bad connection | service refused |
            server refused | geolocation | country | greet pause | pregreet |
            redundant | refused by local policy | your access to | permanently
            deferred |
            messages from…temporarily deferred | messages from…weren't sent | mail from…refused |
            mail from…blocked | email from…blocked | we do not accept mail from |
            we don't accept mail from | does not accept mail from | not accept email from |
            no mail accepted from |
            directly to our servers | ask your postmaster for help
            """
        ),
    ),
    Row(
        Reason.REJECTED,
        "Postfix source: smtpd, local, virtual, smtp (reject_sender_*); Sendmail source and "
        "cf/README (access map, 5.1.8); Exim default configuration and source (verify = "
        "sender); seen in the wild, several servers",
        texts(
            """
            sender address rejected | sender rejected | sender denied | sender is denied |
            sender blocked | sender is blocked | sender refused | sender not | sender is not |
            sender was not | invalid sender | bad sender | unknown sender | illegal sender |
            sender invalid | rejected sender | sender verify failed | sender verification |
            sender address verification | unverified address | could not verify sender |
            cannot verify sender | unable to verify sender | verify sender | unroutable sender |
            unrouteable sender | sender domain | sender's domain | domain of sender |
            sender's address | sender address | from address rejected | from domain | from: domain
            | mail from address | mail from domain | mailfrom | mail from command | mail from: |
            envelope sender | envelope from | reverse-path | return path | originator |
            sender mailbox | return-path | backscatter | null sender | empty envelope senders |
            null reverse | access denied (sender) | you are not allowed to send |
            you are not allowed to post | not allowed to post | not permitted to post |
            not authorized to post | may not be sent by | not allowed to send to |
            not allowed to send mail to | not permitted to send | user rejected your message |
            recipient…rejects mail from | purported responsible | recipient accepts mail only from
            | only accepts mail from | accepts email only from | only members |
            group…may not exist | permission to post | moderated | closed list | from address |
            unable to verify user | bad address (sender) | sender policy | whitelist | allow list
            | allowlist | not a registered | registered gateway user
            """
        ),
    ),
    Row(
        Reason.NOT_ACCEPT,
        "RFC 7505 (null MX, 556, 5.1.10); RFC 7504 (521); Exim, qmail, Postfix",
        texts(
            """
            null mx | nullmx | no smtp service | does not accept mail | doesn't accept mail |
            do not accept mail | does not accept any mail | does not receive |
            doesn't receive email | does not receive email | not accepting mail |
            not accept any message | domain does not accept | does not accept e-mail |
            does not accept email | indicated no smtp service | couldn't find a mail exchanger |
            could not find a mail exchanger | mail exchanger or ip address |
            all relevant mx records point to non-existent hosts |
            malformed or unexpected name server reply | mx record points to | no mx record |
            no mail server | not a mail server | service not enabled | host does not receive mail
            | no valid mx | lacks mx | has no mx | domain has no valid | no such mail exchanger
            """
        ),
    ),
    Row(
        Reason.USER_UNKNOWN,
        "Exim, answering RCPT",
        texts(
            """
            unrouteable address | unroutable address
            """
        ),
        stages=(Command.RCPT,),
    ),
    Row(
        Reason.HOST_UNKNOWN,
        "Sendmail source and cf/README; Exim default configuration and source; Postfix source: "
        "smtpd, local, virtual, smtp; OpenSMTPD; DragonFly",
        texts(
            """
            host unknown | unknown host | host not found | host name unknown |
            domain does not exist | domain not found | domain not exist | domain must exist |
            domain is not reachable | no such domain | unknown domain | domain unknown |
            domain name not found | domain doesn't exist | invalid domain | no such host |
            nonexistent domain | non-existent domain | non-existent host | no matches for the host
            | unrouteable address | unroutable address | unrouteable mail domain |
            unroutable mail domain | no route found to domain | no route to domain |
            domain could not be found | host…not exist | mail domain…not found |
            recipient domain…not found | unresolvable domain | bad destination host | illegal host
            | illegal domain | not a valid domain | cannot find host | domain…not exist |
            domain that does not exist | host does not exist | dns lookup failure: host
            """
        ),
    ),
    Row(
        Reason.USER_UNKNOWN,
        "RFC 5321, 4.2.3 (550, 553); the same in words that other refusals also use",
        texts(
            """
            no account | no recipient | not exist | doesn't exist | does not exist | user does not
            | user doesn't | isn't known | not listed in | not registered | is not a local |
            invalid address | invalid email | bad address | destinatario | recipient is not |
            recipient address is not | mailbox name not allowed | address does not |
            address doesn't | address is not | address invalid | undeliverable address |
            undeliverable recipient | unable to find | no longer valid | no longer exists |
            no longer available | no longer in use | no longer accepted | has been deleted |
            unable to deliver…address | utente non | нет такого
            """
        ),
    ),
)
"""Looked at after what is said of the recipient."""
