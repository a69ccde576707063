"""What servers everywhere say in words that mean little, and general codes, which come last."""

from sendas.advice import Owner
from sendas.bounce.reason import Reason
from sendas.bounce.tables.row import Row, Weight, texts


VAGUE: tuple[Row, ...] = (
    Row(
        Reason.NOT_COMPLIANT_RFC,
        "RFC 5322, 3.6; Google, SMTP errors (google/3726730)",
        texts(
            """
            rfc 5322 | rfc5322 | rfc 2822 | rfc2822 | rfc 822 | rfc822 header | rfc 5321 |
            rfc 1035 | multiple addresses in from | multiple addresses | multiple from |
            missing header | missing a valid | missing…message-id | message-id…missing |
            no message-id | without message-id | missing from | missing date |
            missing subject | from header is missing | from: header | from header |
            duplicate from | duplicate subject | line too long | lines too long |
            maximum line length | non-compliant | not compliant | not rfc |
            line is too long | lines are too long | exactly one date field |
            malformed header | malformed from | malformed mail | malformed message |
            duplicate headers | http://www.ietf.org/rfc | rfc-compliant
            """
        ),
        weight=Weight.SPECIFIC,
    ),
    Row(
        Reason.CONTENT_ERROR,
        "RFC 3463, 3.7 (X.6.z); Sendmail; SES SMTP texts",
        texts(
            """
            headers too large | header too large | header too long | header too big |
            duplicate header | invalid header | illegal header | bad header | 8-bit data |
            8bit data | 8-bit characters | improper use of 8-bit | invalid structure |
            illegal characters | related errors | invalid characters | invalid mime |
            mime error | bad mime | mime header | too many mime | mime nesting |
            malformed mime | message parse | cannot parse | too many received |
            too many headers | corrupt | conversion | charset | character set |
            not supported…content | could not be converted | message cannot be | bare lf |
            barelf | bare line-feed | header size exceeds |
            bare <lf> | bare linefeed | bare line feed | bare cr | bare newline | lone cr |
            lone lf | stray lf
            """
        ),
        weight=Weight.SPECIFIC,
    ),
    Row(
        Reason.FAILED_STARTTLS,
        "Postfix source: smtpd, local, virtual, smtp (smtp_tls_security_level); RFC 8461; RFC "
        "7672",
        texts(
            """
            must issue a starttls | starttls | tls required | tls is required |
            tls handshake | tls negotiation | encryption required |
            encryption is required | requires tls | requires encryption | require tls |
            tls not available | tls is not available | no tls | tls failed | tls error |
            tls session | server certificate | certificate not trusted |
            certificate verif | untrusted certificate | certificate-expired |
            certificate-host- mismatch | certificate | mta-sts | tlsa-invalid | tlsa |
            dnssec-invalid | dane | secure connection | ssl handshake | cleartext |
            start tls | handshake fail
            """
        ),
        weight=Weight.GENERAL,
    ),
    Row(
        Reason.SECURITY_ERROR,
        "Postfix source: smtpd, local, virtual, smtp; Microsoft, NDR codes (ms-ndr); seen in "
        "the wild, several servers",
        texts(
            """
            authrequired | must be authenticated |
            not authenticated | unauthenticated senders | delivery not authorized |
            not authorized | unauthorized | unauthorised | not authorised |
            authorization failed | permission denied | have permission to |
            insufficient permission | insufficient privileges | not permitted |
            notpermitted | restricted | ssl required | insecure | access denied |
            access is denied | access rejected | verification failure |
            exchange server authentication
            """
        ),
        weight=Weight.VAGUE,
    ),
    Row(
        Reason.SECURITY_ERROR,
        "RFC 4954, 6: who has not logged in, or not well",
        texts(
            """
            authentication needed | auth required | authentication failed |
            authentication failure | authentication credentials |
            authentication turned on | please authenticate |
            use smtp auth | smtp auth | smtp-auth | login required | you must log in |
            credentials | requires authentication |
            authentication mechanism | auth failed | could not authenticate
            """
        ),
        owner=Owner.SENDER,
        weight=Weight.VAGUE,
    ),
    Row(
        Reason.POLICY_VIOLATION,
        "Postfix source: smtpd, local, virtual, smtp; Gmail; Yahoo; seen in the wild, several "
        "servers",
        texts(
            """
            policy reasons | policy violation | violation of policy | violates policy |
            violates our policy | violat | mailpolicy violation |
            restricted by policy error | failure policy error | by policy |
            against policy | local policy | due to policy | policy reject |
            policy restriction | policy block | policies | site policy | security policy |
            message policy | policy | potential security issue | security issue |
            you have exceeded the maximum | administrative prohibition | prohibited |
            not acceptable | rejected by rule | rejected by the rule |
            rejected by filter rule | disclaimer | compliance filter | filter rule |
            custom rule | customer rule | mail flow rule | transport rule | transport.rules |
            delivery requirements | does not meet our | not meet the requirements |
            local scanning code | acceptance criteria
            """
        ),
        weight=Weight.VAGUE,
    ),
    Row(
        Reason.NETWORK_ERROR,
        "Postfix source: smtpd, local, virtual, smtp (smtp, bounce); Sendmail source and "
        "cf/README; OpenSMTPD; Exchange (4.4.x)",
        texts(
            """
            would loop | mailloop | looping | host name lookup failure |
            name service error | name lookup failure | dns lookup fail | dns query failed |
            dns error | dns failure | dns problem | dns temporary | name server: |
            nameserver | servfail | nxdomain | network error | network is unreachable |
            network unreachable | host is unreachable | host unreachable |
            no route to host | lost connection | connection lost | connection reset |
            connection closed | connection was dropped | connection dropped |
            connection aborted | connection broken | conversation with…timed out |
            malformed server response | protocol error | unable to resolve route |
            unable to resolve | routing error | route not found | bad route |
            maximum forwarding | despite repeated attempts…dns | could not find any mx |
            mx lookup | no dns | temporary dns | domain lookup | unable to look up |
            cannot resolve | could not resolve | alias database | communications failure |
            smtp connect() failed
            """
        ),
        weight=Weight.GENERAL,
    ),
    Row(
        Reason.MAILER_ERROR,
        "Postfix local(8), Exim pipe transport, Sendmail prog mailer, procmail, maildrop, "
        "Dovecot LDA",
        texts(
            """
            procmail | maildrop | pipe to | command died | command output |
            command failed | child process | exit status | exit value | exited with |
            mailer error | mailer failure | operating system error | x-unix |
            terminated by signal | local delivery agent | local delivery failed |
            dovecot-lda | mail.local | sieve | failed to read response template |
            service unavailable. command
            """
        ),
        weight=Weight.GENERAL,
    ),
    Row(
        Reason.SYSTEM_ERROR,
        "Postfix source: smtpd, local, virtual, smtp; seen in the wild, several servers",
        texts(
            """
            internal system error | system error | internal error | internal server error |
            server error | local error | local configuration error | configuration error |
            server configuration | mail server is misconfigured | misconfigured |
            unable to contact ldap | ldap server | ldap lookup | database error |
            database temporary error | table lookup | queue file write error |
            temporary lookup failure | service unavailable |
            service currently unavailable | server unavailable | server busy |
            server too busy | system busy | shutting down | maintenance |
            resources unavailable | insufficient resources | insufficient memory |
            out of memory | i/o error | could not be saved | load too high |
            load is too high | too much load |
            too busy to accept | load average | unexpected error | unknown error |
            backend | storage error | disk error | cannot open mailbox |
            duplicated message-id | loop alert | tempfail | aliasing/forwarding loop |
            timeconv | can't create user output file | maximum load |
            resources temporarily unavailable | license expired | failed to be replicated |
            temporary server error | temporary system error | milter unavailable |
            temporary domain failure | read error | write error | map parse | qq read |
            qq trouble | qq write | unable to correctly read |
            invalid pieces of information
            """
        ),
        weight=Weight.GENERAL,
    ),
    Row(
        Reason.SYSTEM_ERROR,
        "Exim, qmail, Sendmail, amavisd-new: what an operating system says of files and processes",
        texts(
            """
            failed to expand | failed to open / | cannot open file | cannot write | can't write |
            unable to run | unable to fork | can't fork | cannot fork | cannot allocate memory |
            no such file or directory | read-only file system | input/output error |
            segmentation fault | too many open files | home directory
            """
        ),
        weight=Weight.GENERAL,
    ),
    Row(
        Reason.MAILER_ERROR,
        "Sendmail, Exim, qmail: a file of the recipient's own that says where mail goes",
        texts("/.forward | .qmail | can't create output | cannot create output"),
        weight=Weight.SPECIFIC,
    ),
    Row(
        Reason.ON_HOLD,
        "Postfix source: smtpd (reject_unverified_recipient); Exim: an address not checked yet",
        texts(
            """
            unable to verify address | address verification in progress |
            could not verify address | address cannot be verified |
            recipient address rejected: unverified address
            """
        ),
        codes=("4xx",),
        weight=Weight.DECISIVE,
    ),
    Row(
        Reason.SYSTEM_ERROR,
        "RFC 5321, 3.8 (421): the words of the standard",
        texts(
            """
            service not available
            """
        ),
        weight=Weight.HOLLOW,
    ),
    Row(
        Reason.EXPIRED,
        "Postfix source: smtpd, local, virtual, smtp; Exim default configuration and source; "
        "Sendmail source and cf/README; qmail source and common patches; OpenSMTPD; DragonFly; "
        "Exchange (4.4.7)",
        texts(
            """
            timed out | timeout | time out | time-out | retry time not reached |
            host lookup did not complete | delivery expired |
            has been in the queue too long | been in the queue too long |
            been in queue too long | queue too long | queued too long |
            could not be delivered for | undeliverable for |
            unable to deliver this message after | could not deliver for the last |
            attempts have failed | failed…attempts | giving up | connection refused |
            did not accept our requests to connect | socket error | unable to connect |
            could not connect | cannot connect | couldn't connect | failed to connect |
            can't connect | could not establish |
            wasn't able to establish an smtp connection | connect to | not responding |
            no response from | not answering | server is down | unreachable for too long |
            delivery failed…attempts | maximum retries | retries exceeded |
            too many retries | retry limit | will be retried | still being retried |
            delivery delayed | has been delayed | is delayed |
            delivery temporarily suspended | could not find a gateway |
            unable to contact destination | host is down | was aborted after
            """
        ),
        weight=Weight.GENERAL,
    ),
    Row(
        Reason.SYNTAX_ERROR,
        "RFC 5321, 4.2.2 (500 to 504)",
        texts(
            """
            improper sequence of commands | bad sequence of commands |
            sequence of commands | syntax error | command not recognized |
            command unrecognized | unknown command | unrecognized command | unrecognised command |
            command not implemented | parameter not | invalid command | invalid argument |
            unexpected command | command rejected | out of sequence | need mail command |
            need rcpt command | pipelining
            """
        ),
        weight=Weight.GENERAL,
    ),
    Row(
        Reason.ON_HOLD,
        "greylisting: postgrey, rspamd, milter-greylist",
        texts(
            """
            greylist | greylisted | graylist | grey list | grey-list | gray-list |
            come back later | mailbox busy
            """
        ),
        weight=Weight.SPECIFIC,
    ),
    Row(
        Reason.ON_HOLD,
        "RFC 5321, 4.2.2 (450)",
        texts(
            """
            recipient address rejected | recipient rejected | mailbox unavailable |
            mailbox not available | mailbox is unavailable | address rejected
            """
        ),
        codes=("4xx",),
        weight=Weight.GENERAL,
    ),
    Row(
        Reason.USER_UNKNOWN,
        "Postfix source: smtpd, local, virtual, smtp; Microsoft, NDR codes (ms-ndr): what "
        "stands in front of a reason, when no reason follows",
        texts(
            """
            recipient address rejected | recipient rejected | rejected recipient |
            rejecting recipient | rcpt rejected | address rejected | recipient refused |
            recipient denied | recipient <<>> denied | destination address rejected |
            recipient not accepted | recipient not allowed | recipient not ok |
            does not like recipient |
            not known | no valid recipients | is not valid | not a valid | not recognized |
            not recognised | address error | terminated | been removed
            """
        ),
        weight=Weight.HOLLOW,
    ),
    Row(
        Reason.USER_UNKNOWN,
        "RFC 5321, 4.2.3 (550): the words of the standard",
        texts(
            """
            mailbox unavailable | mailbox not available | mailbox is unavailable |
            mailbox…unavailable
            """
        ),
        weight=Weight.VAGUE,
    ),
    Row(
        Reason.REJECTED,
        "seen: the sender is spoken of, and nothing else is known",
        texts(
            """
            sender
            """
        ),
        weight=Weight.HOLLOW,
    ),
    Row(
        Reason.SUSPEND,
        "RFC 3463, 3.3 (X.2.1): the state alone, of what is not named",
        texts(
            """
            disabled | deactivated | inactivated | suspended | inactive | frozen |
            inactivity | dormant
            """
        ),
        weight=Weight.VAGUE,
    ),
    Row(
        Reason.POLICY_VIOLATION,
        "seen in the wild: somebody decided it, and does not say why",
        texts(
            """
            by administrator | by the administrator | by admin | message denied |
            message refused | message rejected | mail rejected | mail refused |
            message not accepted | message was rejected | security reason
            """
        ),
        weight=Weight.HOLLOW,
    ),
    Row(
        Reason.ON_HOLD,
        "Postfix source: smtpd, local, virtual, smtp (greylisting: postgrey, rspamd, "
        "milter-greylist); seen in the wild, several servers",
        texts(
            """
            try again later | try later | please try again | temporary failure |
            temporarily rejected | temporarily deferred | temporary error |
            temporary problem | temporarily unavailable | upstream error | delayed |
            deferred | mail action not taken | requested action aborted
            """
        ),
        codes=("4xx",),
        weight=Weight.VAGUE,
    ),
)
"""Looked at last."""
