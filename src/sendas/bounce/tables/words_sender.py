"""What servers everywhere say of content, of the connecting host, of the sender's address."""

from sendas.advice import Owner
from sendas.bounce.reason import Reason
from sendas.bounce.report import Command
from sendas.bounce.tables.row import Row, Weight, texts


SENDER: tuple[Row, ...] = (
    Row(
        Reason.SPAM_DETECTED,
        "SpamAssassin, rspamd, amavisd-new, Barracuda, Cloudmark, Vade, SpamExperts; seen in the "
        "wild, several servers",
        texts(
            """
            message…spam | mail…is spam | content…spam | considered spam |
            considered as spam | detected as spam | detected spam | classified as spam |
            identified as spam | flagged as spam | marked as spam | recognized as spam |
            scored as spam | looks like spam | looks too much like spam |
            appears to be spam | like spam | likely spam | spam score | spam content |
            spam detected | spam message | spam mail | spam filter | spam check |
            spam threshold | spam rejected | rejected as spam | rejected - spam |
            spam tag | spam reject | reject spam | identified spam | spam-like |
            spam like | spammy | spam engine | spam level | spam policy | suspected spam |
            suspicion of spam | possible spam | probable spam | spam suspected |
            spam suspecte | suspecte spam | spam found | spam definition | spam wall |
            spamwall | anti-spam | antispam | spamassassin | rspamd | unsolicited bulk |
            unsolicited mail | unsolicited email | unsolicited message |
            spam blocked | likely unsolicited | appears to be unsolicited |
            considered unsolicited | junk mail | junk e-mail |
            junkmail | message content rejected | content rejected | content denied |
            content filter | content-filter | content was rejected | banned content |
            banned word | forbidden content | objectionable content | contains a url |
            url in message | url in the body | blacklisted url | url…listed | listed url |
            suspicious url | suspicious content | suspicious due to the nature |
            link…blacklist | high on the spam | too much spam | mail rejete |
            message filtered | message rejected due to content | rejected by content |
            content restrictions | content reject | spamtrap | phish | scam | bogofilter |
            dspam | 垃圾邮件 | 迷惑メール | 스팸 | probability of spam | spam probability |
            scored too high | score too high | bulk spam | blocked as spam |
            no spam please | we dont accept spam | don't send spam | is spam and |
            as spam and | spam-characteristics | symantec zodiac | spam classification |
            spam-related
            """
        ),
        owner=Owner.CONTENT,
    ),
    Row(
        Reason.SPAM_DETECTED,
        "seen in the wild: a content's pattern; or either of both, of which spam is the likelier",
        texts(
            """
            a url in this | url in this email | url…is listed | link…is listed |
            rejected as bulk | bulk mailer | mass mailer | spam bomb |
            blocked using spam pattern | spam or virus | spam or a virus | spam/virus
            """
        ),
        owner=Owner.CONTENT,
        weight=Weight.DECISIVE,
    ),
    Row(
        Reason.SPAM_DETECTED,
        "surbl.org, uribl.com: lists of what stands in links",
        texts(
            """
            uribl | surbl | multi.uribl | dbl listed url | url listed
            """
        ),
        owner=Owner.CONTENT,
    ),
    Row(
        Reason.SPAM_DETECTED,
        "seen in the wild: the word alone",
        texts(
            """
            spam | (uce | uce) | ube) | bulk email | bulk mail | unsolicited | cloudmark |
            for spam | of spam
            """
        ),
        weight=Weight.GENERAL,
    ),
    Row(
        Reason.POLICY_VIOLATION,
        "Postfix (header_checks), MIMEDefang, Gmail, gateways: attachments",
        texts(
            """
            blocked attachment | attachment blocked | attachment…blocked |
            attachment…not allowed | attachment type | attachments are not |
            attachment is not | executable attachment | executable file |
            encrypted archive | banned attachment | banned file | banned: |
            blacklisted file | blocked file | file extension | prohibited attachment |
            prohibited file | forbidden attachment | illegal attachment |
            illegal extension | file type | dangerous attachment |
            password protected file | password protected attachment | attachment with
            """
        ),
        owner=Owner.CONTENT,
    ),
    Row(
        Reason.BLOCKED,
        "Postfix source: smtpd (reject_unknown_helo, client restrictions); seen in the wild",
        texts(
            """
            blocked by | blocked at | is blocked | been blocked | was blocked | blocklist |
            block list | block listed | block-list | blacklist | black list | black-list |
            denylist | deny list | blackholed | blacklisted | dul. | cbl. | listed in |
            listed on | listed at | is listed by | client host | client rejected |
            host rejected | rejected host | ip address rejected | ip rejected |
            ip address is | ip is not | your ip | your network | your host | your server |
            your mail server | your email server | sending server | sending ip |
            sending host | connecting host | connecting ip | source ip | remote ip |
            from your network | from ip | ip address…not allowed | ip address…denied |
            ip address…rejected | hosts in dynamic | dynamic address | dynamic pool |
            dialup | dial-up | residential | dynamically | may not be mail exchanger |
            use your isp | your isp | smtp server of your isp | isp's |
            use the smtp server | not permitted to connect | refused to accept connection |
            connection refused by policy | connection refused from | connection rejected |
            connection not accepted | connections not accepted | not accepting connections from |
            not accept connection | access denied. ip | access denied for ip |
            need fully-qualified hostname | hostname is not | too many bad commands |
            too many errors | bad connection | service refused | server refused | country |
            greet pause | pregreet | redundant | your access to |
            messages from…temporarily deferred | mail from…refused | mail from…blocked |
            email from…blocked | we do not accept mail from | we don't accept mail from |
            does not accept mail from | not accept email from | no mail accepted from |
            directly to our servers | ask your postmaster for help | ip blocked | blocked
            """
        ),
        weight=Weight.GENERAL,
    ),
    Row(
        Reason.REJECTED,
        "Postfix (reject_unknown_sender_domain), Sendmail (5.1.8), Exim (verify = sender), Yahoo: "
        "the sender's domain cannot be found",
        texts(
            """
            sender address rejected: domain not found | sender address rejected: domain |
            domain of sender address…does not | domain of sender…not exist |
            domain of sender…not resolve | sender domain…does not exist |
            from:domain must | domain must resolve | from domain must |
            sender domain must exist |
            sender domain must resolve | sender domain…resolve |
            sender domain not found | sender domain does not | sender's domain does not |
            envelope sender domain | unresolvable rfc | unresolvable from domain |
            unresolvable sender | mx for sender | invalid dns mx or a/aaaa |
            dns a-record is empty | sender…has no a, aaaa | from domain…no mx |
            return-path domain | sender domain…no mx | no mx or a for sender |
            could not resolve sender | cannot resolve sender | sender…no a or mx
            """
        ),
        owner=Owner.DNS,
        says="The receiving server cannot find the sender's domain in DNS.",
        weight=Weight.DECISIVE,
    ),
    Row(
        Reason.REJECTED,
        "Exim source: verify = sender; seen (mailcow/mailcow#775)",
        texts(
            """
            sender verify failed | postmaster verification failed |
            verify sender domain | verify sender's domain
            """
        ),
        owner=Owner.DNS,
        weight=Weight.DECISIVE,
    ),
    Row(
        Reason.REJECTED,
        "Postfix source: smtpd (reject_sender_*); Sendmail (access map); Exim; seen in the wild",
        texts(
            """
            sender is not | sender was not | rejected sender | unverified address |
            could not verify sender | cannot verify sender | unable to verify sender |
            sender's domain | sender's address | sender address | from address rejected |
            from domain | mail from address | badmailfrom | sender is unknown |
            envelope sender | envelope from | reverse-path | return path | originator |
            sender mailbox | backscatter | null sender | empty envelope senders |
            null reverse | access denied (sender) | you are not allowed to send |
            you are not allowed to post | not allowed to post | not permitted to post |
            not authorized to post | may not be sent by | not allowed to send to |
            only accepting mail from | only accepts messages from | in my domain |
            domain may not exist | dns check failed | mailfrom failed | want your mail |
            want your e-mail | want mail from | mail from invalid | invalid mail from |
            denies the sender | private list | sender is unvalidated |
            sender is not valid | more than one recipient | bounces are never |
            not allowed to send mail to | not permitted to send |
            user rejected your message | recipient…rejects mail from |
            purported responsible | recipient accepts mail only from |
            not accepting mail with | not accepting mail from | mail from that sender |
            only accepts mail from | accepts email only from | only members |
            only subscribers | group…may not exist | permission to post | moderated |
            closed list | unable to verify user | bad address (sender) | whitelist |
            allow list | allowlist | registered gateway user | emetteur invalide |
            user entry | rejected by destination domain | blacklisted by recipient |
            blocked by recipient | sender is on | from address
            """
        ),
    ),
    Row(
        Reason.BLOCKED,
        "RFC 5321, 3.1 (554): a server that answers has not refused the connection of TCP",
        texts(
            """
            connection refused | connection rejected | refused connection
            """
        ),
        codes=("421", "501", "521", "550", "554"),
        owner=Owner.AWS,
    ),
    Row(
        Reason.REJECTED,
        "seen in the wild: whoever should read it does not want it",
        texts(
            """
            by recipients | by recipient | by the recipient | by the user | by receiver |
            by the receiver
            """
        ),
        owner=Owner.RECIPIENT,
        weight=Weight.GENERAL,
    ),
    Row(
        Reason.NO_RELAYING,
        "seen in the wild: mail for somebody else's domain",
        texts(
            """
            handle mail for | no longer relays
            """
        ),
        weight=Weight.GENERAL,
    ),
    Row(
        Reason.FILTERED,
        "QQ, cPanel, Sieve: the recipient's own rule",
        texts(
            """
            rejected by recipients | rejected by the recipient | rejected by this user |
            rejected by recipient | by the user's own rule | recipient's preferences |
            recipient preferences | user's preferences | blocked by the user |
            recipient does not accept mail from you | does not want to receive |
            recipient unavailable | recipient has blocked | denied by the recipient |
            policy rejection on the target address | the receiver denied
            """
        ),
        owner=Owner.RECIPIENT,
    ),
    Row(
        Reason.NOT_ACCEPT,
        "RFC 7505 (null MX, 556, 5.1.10); RFC 7504 (521); Exim, qmail, Postfix",
        texts(
            """
            recipient…null mx | has a null mx | null mx | nullmx |
            does not accept any mail | doesn't receive email | does not receive email |
            not accept any message | domain does not accept | domain accepts no mail |
            indicated no smtp service | couldn't find a mail exchanger |
            could not find a mail exchanger | mail exchanger or ip address |
            malformed or unexpected name server reply | mx record points to |
            no mx record | host does not receive mail | no valid mx | lacks mx |
            has no mx | domain has no valid | no such mail exchanger |
            domain doesn't receive
            """
        ),
    ),
    Row(
        Reason.NOT_ACCEPT,
        "RFC 7504; seen in the wild: what no server, or this one, takes",
        texts(
            """
            no smtp service | does not accept mail | doesn't accept mail |
            do not accept mail | does not receive | not accepting mail |
            does not accept e-mail | does not accept email | no mail server |
            not a mail server | service not enabled | not accept network messages
            """
        ),
        weight=Weight.GENERAL,
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
            no mx for | couldn't find any host | host name is unknown |
            could not find any host | host unknown | unknown host | host not found |
            host name unknown | domain name not found | domain not found |
            domain not exist | domain does not exist | domain doesn't exist |
            domain must exist | domain is not reachable | no such domain | unknown domain |
            domain unknown | invalid domain | no such host | nonexistent domain |
            non-existent domain | non-existent host | infodomainnonexistent |
            all relevant mx records point to non-existent | no matches for the host |
            unrouteable address | unroutable address | unrouteable mail domain |
            name or service not known |
            unroutable mail domain | no route found to domain | no route to domain |
            domain could not be found | host…not exist | mail domain…not found |
            recipient domain…not found | unresolvable domain | bad destination host |
            illegal host | illegal domain | not a valid domain | cannot find host |
            domain…not exist | domain that does not exist | host does not exist |
            dns lookup failure: host | dns domain…does not exist |
            domain name does not exist | recipient domain must exist
            """
        ),
    ),
    Row(
        Reason.USER_UNKNOWN,
        "RFC 5321, 4.2.3 (550, 553); the same in words that other refusals also use",
        texts(
            """
            not in use | mail for that user | mail for this user |
            no account | no recipient | not exist | doesn't exist | does not exist |
            user does not | user doesn't | isn't known | not registered | is not a local |
            invalid address | invalid email | bad address | recipient is not |
            recipient address is not | mailbox name not allowed | address does not |
            address doesn't | address is not | address invalid | undeliverable address |
            undeliverable recipient | unable to find | no longer valid | no longer exists |
            no longer available | no longer accepted | unable to deliver…address |
            utente non | нет такого | non-existent account | is not exist |
            mailbox unavailable or access denied | not a valid rfc-5321 address |
            bad recipient address | recipient is invalid
            """
        ),
        weight=Weight.GENERAL,
    ),
)
"""Weighed with what is said of the recipient."""
