"""What servers say of whoever connects: block lists by name, reputation, reverse DNS, EHLO.

The lists' own texts: spamhaus.org, spamcop.net, barracudacentral.org, sorbs.net, uceprotect.net,
abuseat.org, invaluement.com, mailspike.org, psbl.org, spamrats.com, cloudmark.com,
senderscore.org.
"""

from sendas.advice import Help, Owner
from sendas.bounce.reason import Reason
from sendas.bounce.tables.row import Row, Weight, texts


_DOMAIN_LISTED = Help(
    "Look your domain up at the list that the text names, and ask there for its removal once the "
    "cause has ended."
)
_OPEN_RESOLVER = Help(
    "Tell the recipient's administrator: the block list refuses their resolver's questions, so "
    "that every sender looks listed."
)

LISTS: tuple[Row, ...] = (
    Row(
        Reason.BLOCKED,
        "spamhaus.org and uribl.com: the list refuses the receiver's own queries",
        texts(
            """
            query refused | error: open resolver | spamhaus.org/returnc/pub |
            uribl.com/refused
            """
        ),
        owner=Owner.RECIPIENT_ADMIN,
        says="The receiving server's question to a block list was refused, which it takes for a "
        "listing: it is not about the sender.",
        help=(_OPEN_RESOLVER,),
        weight=Weight.DECISIVE,
    ),
    Row(
        Reason.BLOCKED,
        "spamhaus.org/dbl: a list of domains",
        texts(
            """
            spamhaus dbl | dbl.spamhaus | mailfrom domain is listed |
            domain present in the | domain is listed in | domain is listed at |
            domain is listed on | domain…is blacklisted | sender domain…listed |
            domain…has been blacklisted | your domain…blacklist | domain…blocklisted |
            domain name is in our | sender address […blocked using
            """
        ),
        owner=Owner.CONTENT,
        says="A domain in the message, or the sender's, is on a block list.",
        help=(_DOMAIN_LISTED,),
        weight=Weight.DECISIVE,
    ),
    Row(
        Reason.BLOCKED,
        "the block lists' own texts; Postfix (reject_rbl_client), Sendmail (dnsbl), Exim",
        texts(
            """
            spamhaus | spamcop | sorbs | barracudacentral | barracuda reputation |
            abuseat | cbl.abuse | uceprotect | invaluement | mailspike | psbl | spamrats |
            njabl | dnsbl | dns blacklist | dns block list | dns-based block |
            realtime block list | real-time block | real time black | rbl | an rbl | rbls |
            xbl | sbl | zen. | ivmsip | hostkarma | junkemailfilter | spamrl.com | cobion |
            trend micro rbl | trend micro email reputation | mail-abuse.com | drbl |
            nerd.dk | ipcheck.proofpoint | csi.cloudmark | cloudmark poor reputation |
            blagr.emailsrvr | dnswl | weighted private block list | blocked using |
            blocklist.zap | spamsource. | truncate.gbudb | backscatterer | dronebl |
            blocklist.de | cidr-bl | 0spam | interserver.net | rbldns | bl.score
            """
        ),
        owner=Owner.AWS,
        weight=Weight.DECISIVE,
    ),
    Row(
        Reason.BLOCKED,
        "seen in the wild: the connecting address is spoken of, with spam as the reason",
        texts(
            """
            ip…blacklist | ip…black list | ip…blocklist | ip…block list | ip…block listed |
            client host…blocked | client address…blocked | client ip…blocked | bad ip |
            your ip…spam | ip identified as spammer | spam…from your ip |
            spams from your ip | sending spam from | currently sending spam |
            you are sending spam | ip…blocked | block for spam | blocked for spam |
            blocked due to spam | host…blocked for spam |
            part of their network is on our block list | messages from…weren't sent |
            blacklistis | black listed at | is blacklisted by | is in a black list |
            found in…listing | in the spammer list | suspected spam source | spam source |
            listed by…lookup site | banned sending ip | banned sender[ | ip is rejected |
            ip is hangup | ip address is black listed | ip address is block listed |
            access rejected: too many spam | no access from mail server | geoip |
            geographical location | country…not allowed | country is blocked | ip based |
            _is_blocked | is_blocked | your access to submit messages |
            not allowed to connect | suspected bounce attack | host is blocked |
            host blocked | server is blocked | server…blacklisted | server…blocklisted |
            server…is blocked | host…blacklisted | mail from ip…rejected |
            mail from…rejected using | access from ip address | ip has been listed |
            ip…listed for | is not welcome | access from your location | due to abuse |
            reputation list | reject by behaviour spam |
            connections will not be accepted from | connection refused…listed |
            dynamic ip | dynamic address space | dynamic/residential | residential space |
            ip…not on our allow | temporarily blocked due to | blocked aup# |
            e-mail refused from | dictionary attack | black ip | invalid ip | rbl deny |
            openrelay | helohost | ip is banned | directory harvest | harvesting attack |
            黑名单 | excessive unknown recipients | possible open relay |
            locally blacklisted | in our blacklist because | in prison | approved list |
            denyip | intrusion prevention | ip address has been banned | ip banned |
            your host is blacklisted | your ip has been | listed, see |
            traffic not accepted from this ip | too many invalid recipients from |
            namespace mining | open proxy | helo command rejected | helo rejected |
            ehlo rejected | invalid helo | bad helo | helo name | helo/ehlo | ehlo/helo |
            helo argument | helo…invalid | helo…reject | invalid hostname in helo |
            too many invalid recipients | too many unknown | too many bad recipients |
            open relay list | looks suspiciously like spam | envelope blocked
            """
        ),
        owner=Owner.AWS,
    ),
    Row(
        Reason.BAD_REPUTATION,
        "Cisco (SenderBase), Yahoo, Apple, Cloudmark: the reputation of an address",
        texts(
            """
            mta's poor reputation | ip's poor reputation | poor reputation sender |
            ip reputation | reputation of your ip | reputation of the ip |
            ip has a poor reputation | ip has a bad reputation |
            address has a bad reputation | reputation of the sending ip |
            reputation of the sending mail | ip…reputation | senderbase | sbrs |
            sender score | senderscore | poor reputation on cloudmark |
            server has a poor reputation | your ip…bad reputation |
            host has a poor reputation | none/bad reputation | permanently deferred
            """
        ),
        owner=Owner.AWS,
        says="The receiving server holds the sending IP address in low esteem: with SES, AWS and "
        "all who share the address have a part in that.",
    ),
    Row(
        Reason.BAD_REPUTATION,
        "Google, SMTP errors (google/3726730); ImprovMX; Cisco",
        texts(
            """
            reputation of the sending domain | domain reputation |
            reputation of your domain | poor reputation of a domain | low reputation |
            reputation of the domain | domain has a poor reputation |
            domain…low reputation | url reputation | sending domain's reputation |
            sender reputation | reputation of the sender
            """
        ),
        owner=Owner.CONTENT,
    ),
    Row(
        Reason.BAD_REPUTATION,
        "seen in the wild: a reputation, without whose",
        texts(
            """
            bad reputation | poor reputation | reputation too low | reputation score |
            user complaints | unexpected volume | reputation-based | reputation
            """
        ),
        weight=Weight.GENERAL,
    ),
)
"""Weighed with the others; a list's name outweighs a general "spam" or "blocked"."""
