"""What servers everywhere say of the recipient, and of relaying, rates and loops."""

from sendas.advice import Owner
from sendas.bounce.reason import Reason
from sendas.bounce.tables.row import Row, Weight, texts


RECIPIENT: tuple[Row, ...] = (
    Row(
        Reason.SUSPEND,
        "seen in the wild, several servers; vpopmail, Yahoo, cPanel, Zimbra",
        texts(
            """
            account disabled | account is disabled | account has been disabled |
            account that…is disabled | account inactive | account is inactive |
            account is locked | account locked | account has been locked |
            account has been suspended | account suspended | account is suspended |
            account deactivated | account…deactivated | account is temporarily |
            account expired | account closed | account has been closed |
            account is closed | account was suspended | account not active |
            account is not active | account has been blocked | account blocked |
            account has been discontinued | disabled or discontinued | disabled recipient |
            recipient is disabled | recipient disabled | recipient suspended |
            recipient is suspended | never logged |
            hasn't entered | hasn't logged | has not logged in since |
            recipient inactive | recipient is inactive |
            recipient rejected: temporarily inactive | temporarily inactive |
            email account is inactive | account that you tried to reach is inactive |
            mailbox disabled | mailbox is disabled | mailbox is inactive |
            mailbox inactive | mailbox is frozen | mailbox frozen | mailbox locked |
            mailbox is locked | mailbox currently suspended | mailbox suspended |
            mailbox is suspended | mailbox temporarily disabled | mailbox is temporarily |
            mailbox not active | mailbox blocked | user is inactive | user inactive |
            user disabled | user is disabled | user suspended | user is suspended |
            user account is disabled | user(s) account is disabled | user hangup |
            user has been disabled | user is locked | user deactivated | user…not active |
            domain is suspended | domain suspended | domain is disabled | domain disabled |
            domain expired | domain has been suspended | service is suspended |
            service not active | sorry, i wasn't able to establish…suspended |
            boite du destinataire archivee | archived recipient | adresse…suspend |
            invalid/inactive user | inactive user | not an active address |
            not active user | administratively disabled | address disabled |
            address is disabled | vdelivermail: account is locked | unpaid | (suspended) |
            is suspended | account…suspended | may be suspended | mailbox…suspended |
            account…inactive | mailbox…inactive | account…frozen | no longer active |
            blocked due to inactivity | not currently being accepted for this mailbox |
            estado: inactivo | bloccato per inutilizzo | account is unavailable |
            due to inactivity | user is terminated | user terminated | account is blocked |
            account isblocked | account…terminated | mailbox…not active |
            user account not activated | account is not activated | disableduser |
            is archived | compte…bloque | destinataire archivee | rejected: inactive |
            mailbox…blocked due | is now disabled | now disabled |
            mail receiving disabled | receiving disabled | account is not allowed |
            should log in to enable | no recipient activity | cannot receive mail |
            cannot receive email | can't receive mail | not poped |
            requires an upgrade to | not been activated | account is on hold |
            account closed by | this mailbox is disabled | not logged in for
            """
        ),
    ),
    Row(
        Reason.USER_UNKNOWN,
        "cPanel's Exim, answering RCPT",
        texts(
            """
            could not deliver mail to…may not exist
            """
        ),
    ),
    Row(
        Reason.HAS_MOVED,
        "RFC 5321, 3.4 (251 and 551); RFC 3463 (X.1.6)",
        texts(
            """
            has moved | user moved | has been replaced by | recipient no longer on server |
            no longer on server | please forward to | new address is | new address: |
            address has changed | address changed | mailbox has moved | user has moved |
            not local; please try
            """
        ),
    ),
    Row(
        Reason.NO_RELAYING,
        "Postfix source: smtpd, local, virtual, smtp; Sendmail source and cf/README; Exim "
        "default configuration and source; qmail source and common patches (rcpthosts); "
        "Microsoft, NDR codes (ms-ndr)",
        texts(
            """
            relay access denied | relaying denied | relay denied | relay not permitted |
            relaying not allowed | relay not allowed | relaying is not |
            not permitted to relay | no relaying | unable to relay | relaying mail to |
            relaying prohibited | relay is prohibited | relay prohibited |
            relay operation | relaying to…prohibited | relaying through this server |
            relay rejected | relay refused | cannot relay | can't relay | we do not relay |
            we don't relay | do not relay | will not relay | mail relay | open relay |
            not a relay | not gateway | rcpthosts | domain isn't in my list |
            that domain isn't | not an open relay | not local host |
            not in my list of allowed | not a local domain | not local domain | no relay |
            relaying temporarily | this system is not configured to relay |
            you are not allowed to relay | authentication required to relay |
            authentication is required for relay | user is not permitted to relay |
            must check for new mail first | for the domain…not hosted here |
            not handle mail for | we don't handle mail for | does not host |
            domain not hosted | not hosted here | not a gateway |
            specified domain is not allowed | tenantattribution |
            recipient in non-accepted domain | unknown domain in recipient |
            unknown recipient domain | recipient domain not found here | relaying not |
            relay not | relaying is denied | user not local | tenant attribution |
            server doesn't handle mail for | no longer hosted | not a recognised domain |
            not a client domain | cannot deliver mail for | third-party relay |
            local user only | denies relay | deny relay | isn't allowed to relay |
            not configured to accept mail for
            """
        ),
    ),
    Row(
        Reason.NETWORK_ERROR,
        "Postfix source: smtpd, local, virtual, smtp (smtp_addr.c)",
        texts(
            """
            host not found, try again | name service error…try again | dns error: |
            loop detection | looping message | too many hops | hop count | hops exceeded |
            exceeded…hops | mail loop | loop detected | routing loop | message looping |
            forwarding loop | loops back to | maximum allowed times |
            too many received headers | too many "received" headers | message loop |
            lowest numbered mx | 'received:' | unreachable host
            """
        ),
    ),
    Row(
        Reason.EXPIRED,
        "Exchange (4.4.7, 5.4.300), Exim, OpenSMTPD",
        texts(
            """
            have been failing for a long time | message expired |
            retry timeout exceeded | envelope expired |
            delivery time expired
            """
        ),
        weight=Weight.GENERAL,
    ),
    Row(
        Reason.EXPIRED,
        "Exim, PowerMTA, Exchange: how long was tried",
        texts(
            """
            message expired, unable to deliver | unable to deliver in | gave up after |
            has been in the queue for | could not be delivered within
            """
        ),
        weight=Weight.DECISIVE,
    ),
    Row(
        Reason.SYNTAX_ERROR,
        "RFC 3463, 3.6 (X.5.z): the dialogue, and the name given at EHLO",
        texts(
            """
            invalid domain | invalid helo | invalid ehlo | invalid hostname | bad helo |
            protocol error
            """
        ),
        codes=("x.5.0", "x.5.1", "x.5.2", "x.5.4"),
        weight=Weight.DECISIVE,
    ),
    Row(
        Reason.SYNTAX_ERROR,
        "Postfix, Sendmail: what a wrong command is answered with; seen (sitepackage.de)",
        texts(
            """
            syntax: mail from | syntax: rcpt to | syntax: helo | syntax: ehlo |
            helo should be | protocol violation
            """
        ),
    ),
    Row(
        Reason.SYNTAX_ERROR,
        "Exim source: smtp_in.c, an address without a domain",
        texts("recipient address must contain a domain | recipient syntax error"),
        owner=Owner.CODE,
    ),
    Row(
        Reason.REJECTED,
        "Exim source: smtp_in.c; Postfix source: smtpd (reject_non_fqdn_sender): an address "
        "without a domain",
        texts(
            """
            sender address must contain a domain | sender syntax error |
            sender address rejected: need fully-qualified | bad sender address syntax
            """
        ),
        owner=Owner.CODE,
        weight=Weight.DECISIVE,
    ),
    Row(
        Reason.REJECTED,
        "Postfix source: smtpd (reject_sender_login_mismatch); Yandex, QQ, Exchange, SendGrid, "
        "smtp2go: who logged in may not send as this sender",
        texts(
            """
            not owned by user | not owned by auth user | rejected: not logged in |
            not owned by the | must be same as auth | same as authorization user |
            mail from must equal | verified sender identity | sender identity |
            sender domain not verified | verify the sender domain | sender name is not valid |
            from address is not verified | not a verified sender | not allowed to send as |
            not allowed to send from this | sender is not allowed to use this account
            """
        ),
        owner=Owner.SENDER,
        says="The account that the mail was handed in with may not send from this address.",
        weight=Weight.DECISIVE,
    ),
    Row(
        Reason.REJECTED,
        "groups.io, Mailman, Sympa: who is not subscribed may not write to the list",
        texts(
            """
            is not subscribed | not subscribed to | not a subscriber | not a member of the list |
            réservée aux | membres de la liste | nur für mitglieder |
            your email address has been blacklisted | your e-mail address has been blacklisted |
            your address has been blacklisted | email address…blacklisted
            """
        ),
        owner=Owner.RECIPIENT_ADMIN,
    ),
    Row(
        Reason.SECURITY_ERROR,
        "RFC 4954; SendGrid, Yahoo, Exim, Postfix: submission without a login",
        texts(
            """
            smtp auth required | smtp-auth required | smtp auth failed |
            authentication failure: smtp | authentication required - for help |
            authentication rejected | use submission | submission port |
            smtp server is set to | must authenticate before | only allowed with auth |
            log in to send | invalid credentials for relay
            """
        ),
        owner=Owner.SENDER,
    ),
    Row(
        Reason.SECURITY_ERROR,
        "SendGrid, Exchange: submission without a login",
        texts(
            """
            unauthenticated sender | must authenticate | authentication required |
            authentication is required | permissions to send as
            """
        ),
        weight=Weight.GENERAL,
    ),
    Row(
        Reason.REJECTED,
        "Postfix source: smtpd, local, virtual, smtp (reject_sender_*); Sendmail source and "
        "cf/README (5.1.8); Exim default configuration and source (verify = sender)",
        texts(
            """
            sender address rejected | sender rejected | sender denied | sender verify |
            sender verification | domain of sender | sender domain |
            sender address verification | unroutable sender | unrouteable sender |
            verify sender | invalid sender | bad sender | unknown sender | sender unknown |
            sender is denied | sender was rejected | sender…does not exist |
            sender…not exist | sender…not found | mail from domain | sender invalid |
            illegal sender | sender refused | sender not allowed | sender is not allowed |
            sender blacklisted | sender blocked | blocked by the recipient |
            blocked sender | recipient blocked | sender is blacklisted | sender…blacklist |
            sender is blocked
            """
        ),
    ),
    Row(
        Reason.USER_UNKNOWN,
        "RFC 5321, 4.2.3 (550); Postfix, Exim, Sendmail, qmail, Exchange, Domino, Dovecot; "
        "seen in the wild",
        texts(
            """
            user unknown | unknown user | unknown recipient | unknown address |
            address unknown | unknown mailbox | mailbox unknown | unknown local part |
            unknown local-part | unknown or illegal user | unknown rcpt | unknown account |
            unknown email | unknown alias | recipient not found | recipientnotfound |
            address not found | account not found | email address not found |
            email address could not be found | address wasn't found | wasn't found at |
            address couldn't be found | user…not found | mailbox…not found |
            recipient…not found | could not find user | cannot find user |
            couldn't find user | cannot find recipient | can't find user |
            cannot find your recipient | no such user | no such recipient |
            no such mailbox | no such account | no such address | no such person |
            no such email | no such local user | no such name | no such alias |
            no mailbox | user…doesn't have a | doesn't have a…account | not a known user |
            not a valid user | not a valid recipient | not a valid address |
            not a valid email | not a user | not a mailbox | not a recipient |
            not a registered user | user is not registered | not our user | not a current |
            not our mailbox | no local mailbox | invalid recipient | invalid mailbox |
            invalid user | invalid local part | invalid rcpt | invalid account |
            invalid alias | bad recipient | bad destination mailbox |
            bad destination address | bad user | illegal recipient | illegal user |
            recipient invalid | recipient not recognized | mailbox does not |
            mailbox doesn't | mailbox invalid | address not present |
            email address is possibly incorrect | address is incorrect |
            check if address is correct | inactive email address | user not listed |
            user not known | user is unknown | user unknow | recipients unknown |
            domino directory | recipient…no longer | user no longer | account no longer |
            address no longer | mailbox no longer | account deleted |
            account has been terminated | adresse destinataire invalide |
            destinataire inconnu | adresse inconnue | utilisateur inconnu |
            empfänger unbekannt | empfaenger unbekannt | unbekannter empfänger |
            benutzer unbekannt | adresse…unbekannt | usuario desconocido |
            buzón…no existe | usuario…no existe | utente sconosciuto |
            usuário…inexistente | destinatário desconhecido | пользователь не найден |
            用户不存在 | 无此用户 | 用户未找到 | 查无此人 | 收件人不存在 | 宛先不明 |
            ユーザー不明 | 該当するユーザー | 존재하지 않는 | 없는 사용자 |
            見つかりません | 存在しません | 存在しない | does not exist here |
            user does not exist | mailbox does not exist | account…does not exist |
            address does not exist | recipient does not exist | user doesn't exist |
            not listed in public name | cannot route mail to user |
            invalid final delivery userid | no longer in use | has been deleted |
            account…doesn't exist | no account by | mailbox unavailable or not local |
            no account here | there is no user | there is no such | isn't a known |
            there's no account | no one by that name | recipient address does not |
            account or domain may not exist | several matches found | not our customer |
            no one with that email | was not found in ldap | userid unknowns |
            no mail-box | no such mail-box | no longer works here | no longer with |
            no longer employed | no longer at this | left the company | addressee unknown |
            recipient unrecognized | mailbox unallocated | no such id | no such mail drop |
            recipient…does not exist | konto nie istnieje | nie ma takiego | nie istnieje |
            skrzynka…nie | usuario inexistente | usuário inexistente |
            destinatario inexistente | no existe | n'existe pas | existiert nicht |
            unbekannt | inconnu | sconosciuto | inesistente | onbekend | okänd | tundmatu |
            ukendt | neexistuje | не существует | 不存在 |
            could not be found, or was misspelled | unknown user account |
            unknown virtual | unknown recipient or mailbox |
            not found by smtp address lookup | no mailbox here | that recipient is not |
            unknown in relay recipient | user doesn't have a | recipient is not exist |
            contain a non-existent account | blank mailhost | recipient validation |
            recipient verify | recipient address reserved | forced verify failure |
            wrong recipient | bogus and forged e-mail | user have no mail |
            address is bogus | dosn't exist | doesnt exist | recipient not exist |
            user not exist | not have an account | recipient verification failed
            """
        ),
    ),
)
"""Looked at after what is said of the message."""
