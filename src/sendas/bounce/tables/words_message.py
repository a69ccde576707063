"""What servers everywhere say of room, size, authentication, reverse DNS, malware."""

from sendas.advice import Owner
from sendas.bounce.explanation import Confidence
from sendas.bounce.reason import Reason
from sendas.bounce.tables.row import Row, Weight, texts


MESSAGE: tuple[Row, ...] = (
    Row(
        Reason.SUPPRESSED,
        "SES, mailed feedback: the account's suppression list",
        texts(
            """
            on the suppression list for your account | account-level suppression list |
            account suppression list
            """
        ),
        confidence=Confidence.CERTAIN,
        owner=Owner.SES,
        rules=("SUP001", "SUP003"),
    ),
    Row(
        Reason.SUPPRESSED,
        "SES, mailed feedback: the global suppression list",
        texts(
            """
            suppressed sending to this address…recent history | global suppression list
            """
        ),
        confidence=Confidence.CERTAIN,
        owner=Owner.WAIT,
        rules=("SUP002",),
    ),
    Row(
        Reason.SUPPRESSED,
        "SendGrid, Mailgun, SparkPost: their own suppression lists",
        texts(
            """
            suppression list | recipient address was suppressed | suppressed due to |
            not delivering to previously bounced address | bounced address list |
            previously unsubscribed | previously bounced | has bounced before |
            bounced previously | address is suppressed
            """
        ),
        owner=Owner.SENDER,
    ),
    Row(
        Reason.MAILBOX_FULL,
        "seen in the wild, several servers; Dovecot, Cyrus, Exchange, Postfix, vpopmail, Courier",
        texts(
            """
            mailbox full | out of quota | mailbox size limit exceeded | exhausted allowed storage |
            zuviele mails | mailbox is full | extended quota violation | skrzynka…przepe |
            out of storage space | mailbox voll | storage full | recipient storage full |
            user is overquota | is over quota | overquotatemp | overquotaperm |
            limit exeeded for this email | mailbox limit exeeded | mail box full |
            mailbox quota exceeded | over quota | overquota | over the quota |
            over the…quota | mailbox size exceeded | over its quota | over his quota |
            over their quota | quota violation | quota is full | quota full |
            out of storage | storage quota | storage limit | exceeded storage |
            insufficient quota | not enough storage space in | not enough disk space |
            no space left in mailbox | not enough space in | insufficient space |
            no room in mailbox | mailbox is over | mailbox has exceeded | mailbox exceeds |
            mailbox exceeded | exceeds allowed size | mailbox size limit | mailbox limit |
            mailfolder is full | mailfolder is over | maildir over | maildir full |
            folder is full | inbox is full | inbox full | user is over | account is over |
            account full | account is full | user's disk quota |
            has too many messages on the server | too much mail data | disk quota |
            disc quota | overdrawn | has reached the maximum number of messages |
            recipient reached disk quota | mail file is full | exceeds…disk limit |
            exceeding disk limit | message would exceed | would be over quota |
            would exceed mailbox | cannot accept any more mail | no longer accept…full |
            mailbox space | boite du destinataire pleine | boîte…pleine | buzon lleno |
            buzón…lleno | caixa…cheia | casella…piena | postfach…voll | postfach ist voll |
            mailbox ist voll | quota dépassé | überschritten…quota | 容量 | full mailbox |
            box is full | number of messages in…mailbox exceeded | full(mailbox) |
            mapiexceptionshutoffquota | maximum mailbox size |
            maximum allowed number of messages | enough diskspace |
            enough disk space available | space has used up | box space not enough |
            dropfile size quota | over quote | espacio en casilla…agotado |
            too many messages on this mailbox | maximum allowed mailbox size |
            not able to receive any more mail | 已满 | 空间不足 | 超出容量 | 容量超过 |
            용량 초과 | 용량이 초과 | いっぱい | user has full mailbox | user full |
            ящик переполнен
            """
        ),
    ),
    Row(
        Reason.MAILBOX_FULL,
        "seen in the wild: a quota, which may be one of messages an hour",
        texts(
            """
            quota exceeded | exceeded quota | exceeds quota | exceed quota |
            exceeded…quota | quota…exceeded | exceeded storage allocation | is full
            """
        ),
        weight=Weight.GENERAL,
    ),
    Row(
        Reason.SYSTEM_FULL,
        "Postfix source: smtpd, local, virtual, smtp; Sendmail source and cf/README",
        texts(
            """
            insufficient system storage | insufficient disk space |
            no space left on device | system storage exceeded | mail system full |
            insufficient system resources | insufficient disk
            """
        ),
    ),
    Row(
        Reason.EXCEED_LIMIT,
        "Sendmail source and cf/README (deliver.c sets 5.2.3 for local mailers); Postfix "
        "source: smtpd, local, virtual, smtp",
        texts(
            """
            message length exceeds administrative limit |
            message too large for this recipient | message too large for recipient |
            message too big for this recipient |
            larger than the maximum size the recipient | size limit for this recipient |
            message is larger than the space available | maximum size the user accepts
            """
        ),
    ),
    Row(
        Reason.MESG_TOO_BIG,
        "Postfix source: smtpd, local, virtual, smtp; Sendmail source and cf/README; Exim "
        "default configuration and source; seen in the wild, several servers",
        texts(
            """
            message size exceeds | filter size | attachment is too long |
            attachment too large | attachment is too large | attachment too big |
            message too big | message too large | message is too long |
            message is too large | message is too big | message file too big |
            message length exceeds | mail size limit | mailsize limit |
            message size limit | max message size | maximum message size | message size |
            exceeds the maximum message | exceeded maximum…size | exceeds maximum…size |
            exceeds size limit | exceed size limit | exceeded size limit | size exceeds |
            exceeds…message size | exceeds…size limit | larger than the maximum |
            larger than the limit | larger than the current system limit |
            too large to be | too big for system | email is too large | mail is too large |
            mail too large | mail too big | data too large | message header size |
            size of the message | message larger than | sizelimitexceeded |
            size limit exceeded | too much data | message exceeds fixed maximum |
            size exceeds fixed | taille limite | message trop | nachricht ist zu gro |
            body too big | attachment size
            """
        ),
    ),
    Row(
        Reason.AUTH_FAILURE,
        "seen in the wild, several servers; RFC 7372 (X.7.20 to X.7.26); RFC 9989",
        texts(
            """
            dmarc | spf fail | spf check | spf record | spf: | spf validation |
            spf softfail | spf hard | spf unauthorized | fail spf | fails spf |
            failed spf | failing spf | violat…spf | sender policy framework | bad spf |
            openspf. | spf.pobox | spf_ | (spf) | spf) | per spf | spf policy | spf error |
            rejected by spf | rejected…spf | spf…reject | spf…fail | not pass spf |
            pass spf | spf not | due to spf | spf says | not permitted by…policy…spf |
            spf…not authorized | not authorized…spf | dkim | domainkeys |
            unauthenticated email | unauthenticated mail |
            not authenticated sender domain | authentication information or fails |
            authentication requirements | authentication checks | email authentication |
            required authentication level | sender authentication failed |
            does not pass…authentication | fails to pass authentication |
            failed to pass authentication | sender id (pra) | senderid |
            is not a designated mailer | not a permitted sender |
            not designated as a permitted | does not designate |
            not allowed to send mail from | not allowed to send from |
            not authorized to send on behalf | not authorized to send mail for the domain |
            not authorized to use | unauthorized to send…domain | spoof | forged |
            spf forgery | forgery | prohibited by spf | arc validation |
            spf sender invalid | dmarc sender invalid | sender is unauthenticated |
            verification dmarc | echec dmarc | explicitly denies sending |
            does not authorize | spf mail from check | rejected per dmarc
            """
        ),
    ),
    Row(
        Reason.REQUIRE_PTR,
        "Postfix source: smtpd, local, virtual, smtp (reject_unknown_client); Sendmail source "
        "and cf/README; RFC 7372 (X.7.25); seen in the wild, several servers",
        texts(
            """
            reverse dns | reverse-dns | rdns | ptr record | ptr resource record | no ptr |
            ptr lookup | dns ptr | (ptr) | ptr check | ptr not | invalid ptr |
            missing ptr | lacks a ptr | bad ptr | cannot find your hostname |
            cannot find your reverse hostname | cannot resolve your address |
            client host rejected: cannot find | reverse lookup | reverse hostname |
            reverse address | reverse ip | no matches to nameserver query | fix reverse |
            unresolvable relay host | ip name lookup failed | ip name possibly forged |
            ip name forged | cannot verify reverse | does not have a reverse |
            without a reverse | without reverse | could not resolve your ip |
            mismatches client ip | forward-confirmed | fcrdns | dns lookup of your ip |
            generic hostname | generic ptr | dynamic ptr | in-addr |
            unable to verify your ip hostname | hostname verification failed |
            unknown client host | valid ptr | ptr entry | ptr name | ptr for your |
            ptr manquant | dns ptr resource | cannot find your reverse |
            reverse dns failed | reverse dns validation | rdns failed | have valid reverse
            """
        ),
        weight=Weight.DECISIVE,
    ),
    Row(
        Reason.VIRUS_DETECTED,
        "seen in the wild, several servers; ClamAV, amavisd-new, Sophos, Trend Micro",
        texts(
            """
            virus | malware | infected | infection | trojan | worm. | eicar | malicious |
            ransom | harmful content | dangerous content | clamav | win32. |
            contains a virus | virus…detected | virus signature | virus detected
            """
        ),
        weight=Weight.DECISIVE,
    ),
)
"""Looked at first."""
