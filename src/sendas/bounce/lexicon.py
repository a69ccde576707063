"""The words that refusals are made of, by what they stand for, in a dozen languages.

A set names one kind of thing ("a mailbox", "an attachment") or one kind of state ("gone",
"full").  ``concepts`` says which thing near which state means what.
"""

# ruff: noqa: RUF001  Turkish writes an i without its dot


def words(written: str) -> frozenset[str]:
    """The words of *written*, separated by blanks."""
    return frozenset(written.split())


# Things.
BOX = words(
    "id localpart kutusu postvak user users username mailbox mailboxes mbox recipient recipients "
    "account accounts address addresses addressee addressees alias rcpt userid maildrop maildir "
    "inbox mailfolder customer subscriber receiver destination postfach empfänger empfaenger "
    "benutzer konto mailadresse empfängeradresse mailkonto destinataire destinatario destinatário "
    "utente usuario usuário utilisateur boite boîte buzón buzon casella caixa compte cuenta conta "
    "casilla adresse indirizzo dirección direccion endereço skrzynka odbiorca odbiorcy adresat "
    "użytkownik uzytkownik schránka schranka příjemce prijemce uživatel mottagare mottagaren "
    "mottaker modtager vastaanottaja ontvanger gebruiker postbus mailadres geadresseerde adresa "
    "пользователь пользователя пользователем пользователю ящик ящика адрес адресат получатель "
    "получателя получателю felhasználó címzett postafiók kullanıcı kullanici hesap hesabı alıcı "
    "alici destinatar utilizator cont"
)
MAIL = words(
    "message messages mail mails email emails content contents body subject letter nachricht "
    "courrier mensaje messaggio mensagem wiadomość письмо сообщение bericht zpráva"
)
LETTER = words(
    "mailsize message mail email body nachricht courrier mensaje messaggio mensagem письмо"
)
HOST = words(
    "ip ips ipv4 ipv6 host client server network mta relay connection connections mailserver "
    "adres hostname netblock subnet"
)
IP = words("ip ips ipv4 ipv6")
"""Also what stands for an address written out: see ``concepts``."""
SENDER = words(
    "sender senders originator mailfrom absender expéditeur expediteur remitente mittente "
    "remetente nadawca nadawcy odesílatel afzender отправитель отправителя gönderen avsändare"
)
DOMAIN = words("domain domains domäne domaine dominio domínio domena doména домен домена domein")
ROOM = words(
    "quota quotas storage space capacity mailbox mailfolder mailquota diskspace speicher "
    "speicherplatz espacio espace spazio espaço cuota cota kvota kvóta квота места kotası alan "
    "miejsca místo ruimte"
)
PROVEN = words("authenticated logged")
GREETING = words("helo ehlo helohost helo/ehlo")
ATTACK = words("attack attacks harvest harvesting dictionary enumeration")
APPROVED = words("approved allowed allow white permitted whitelist whitelisted")
LEFT = words("space room storage capacity platz place espace espacio spazio miejsca место")
"""What a mailbox that has none of it is full of."""
ACCESS = words("access permission accès acceso accesso zugriff zugang")
REGISTER = words("list table database directory map db route routes")
"""What the names of a server's own users stand in."""
LIKED = words("like likes liked want wants wanted welcome trust trusted")
REQUESTS = words("traffic requests messages connections mails emails deliveries transactions")
ATTACHMENT = words(
    "attachment attachments attached extension extensions executable zip archive archives macro "
    "macros filename filetype anhang anhänge pièce adjunto adjuntos allegato allegati anexo "
    "załącznik příloha вложение bijlage"
)
LINK = words("url urls link links uri uris hyperlink hyperlinks")
WORDING = words("word words phrase phrases keyword keywords html tag expression")
HEADER = words("field fields header headers kopfzeile")
PROOF = words("spf dkim dmarc arc")
NAME = words("ptr rdns reverse fcrdns")
TLS = words("tls starttls ssl encryption certificate encrypted")
LOGIN = words(
    "authorization authenticate authenticated authentication unauthenticated login credentials "
    "auth password "
    "authentication's authentifizierung autenticación authentification autenticazione"
)
CONNECTION = words(
    "thread threads connections sessions connection session concurrent simultaneous concurrency"
)
ROAD = words("connection session socket conversation dialogue transaction")
MACHINE = words(
    "system server service backend database ldap internal queue disk file lookup map "
    "configuration config directory software daemon process processing mapping"
)
RATE = words("rate hourly daily frequency throttled throttling volume quickly fast frequently")
PERIOD = words("hour hours minute minutes day days second seconds")
TRIES = words("attempts tries retries retry retrying queue queued")
TRIED = words(
    "expired after gave giving timeout failed undeliverable undelivered deliver delivered exceeded"
)
ESTEEM = words("reputation reputations")
FOUND = words("reachable resolvable resolve resolves resolved resolving")
SINGLE = words("missing duplicate duplicated multiple twice required mandatory absent lacks")
BIG = words(
    "groß gross gros groot grande duży большое velká large big size oversized long bytes mb kb "
    "megabytes larger bigger taille tamaño größe dimensioni tamanho rozmiar размер"
)

# States.
GONE = words(
    "bad unknown nonexistent nonexisting unrecognized unrecognised invalid inexistent inexistente "
    "inexistant unallocated unregistered unroutable unrouteable misspelled bogus illegal wrong "
    "unknow obsolete inconnu inconnue desconocido desconocida desconhecido sconosciuto "
    "sconosciuta unbekannt unbekannter unbekannte ungültig ungueltig invalide inválido inválida "
    "onbekend onbekende ongeldig okänd okänt ukjent ukendt tundmatu nieznany nieznana "
    "nieprawidłowy neznámý neznámá neexistuje neplatná неизвестен неизвестный недействителен "
    "incorrect deleted removed bulunamadı bulunamadi geçersiz bilinmiyor inesistente errato "
    "érvénytelen ismeretlen necunoscut inexistentă"
)
OFF = words(
    "disabled inactive suspended deactivated inactivated locked frozen closed discontinued "
    "archived expired terminated dormant abandoned inactivity noactivity hibernated unpaid "
    "barred gesperrt deaktiviert stillgelegt désactivé désactivée desactivada desactivado "
    "desativada desativado suspendida suspendido suspensa disattivata disattivato disattivo "
    "expirado disabilitato disabilitata scaduta zablokowane zablokowany nieaktywne nieaktywna "
    "wyłączone blocked bloqué bloquée bloqueado bloqueada bloccato bloccata zablokována "
    "zablokovaná geblokkeerd opgeheven uitgeschakeld заблокирован заблокирована отключен "
    "отключена удален удалён inaktiv inaktiverad sperret kapatılmış kapalı pasif askıya"
)
NOT = words(
    "n dosn doesnt dont isnt cant didnt wont not no non never cannot unable doesn don isn wasn "
    "couldn didn won can nicht kein keine keinen pas ne nie não nao ni нет не niet geen ej inte "
    "ikke ei ikkje aucun aucune nessun nessuna ningún nenhum žádný žádná brak yok"
)
THERE = words(
    "existent exist exists existing found find locate such known valid registered recognized "
    "recognised listed have existe existiert existente istnieje available active here anymore "
    "verified member used найден найдена существует зарегистрирован bestaat finns finnes findes "
    "bekannt vorhanden gültig gefunden esiste trovato encontrado encontrada trouvé trouvée válido "
    "valide valido connu bekend gevonden znaleziono nalezen nalezena mevcut"
)
FULL = words(
    "full overquota voll plein pleine lleno llena cheia cheio piena pieno vol pełna pełny plná "
    "plný doldu dolu переполнен переполнена vollständig täynnä fuld fullt tele megtelt plină"
)
OVER = words(
    "exceeded exceeds exceed over exceeding reached insufficient enough maximum limit full "
    "overflow overdrawn exhausted exeeded überschritten ueberschritten erschöpft ausgeschöpft "
    "dépassé dépassée depasse agotado agotada excedido excedida superata superato superado "
    "superada esaurito przekroczony przekroczona przekroczono překročena překročen overschreden "
    "превышен превышена недостаточно aşıldı överskriden"
)
LISTED = words(
    "blacklisted blocklisted blacklist blocklist listed banned blocked denylisted refused "
    "rejected denied listing spammer spamming spammers rbl dnsbl gesperrt gelistet bloquée "
    "bloqueada bloccato zablokowany заблокирован"
)
BLACKLISTED = words(
    "spammer spammers gesperrt gelistet bloquée bloqueada bloqueado bloccato zablokowany "
    "заблокирован blacklisted blocklisted blacklist blocklist listed banned denylisted "
    "blacklisting rbl dnsbl"
)
SPAM = words(
    "spam junk unsolicited phishing scam spammy uce ube bulk spamassassin spamming spams "
    "bulkmail indésirable indésirables pourriel indesiderata indesejado niechciana спам "
    "nevyžádaná ongewenste istenmeyen werbung"
)
MALWARE = words(
    "virus viruses malware infected trojan worm ransomware malicious infiziert virüs вирус wirus"
)
MUCH = words(
    "too exceeds exceed exceeded larger maximum limit limits than over zu trop demasiado "
    "überschreitet dépasse supera excede przekracza превышает"
)
MANY = words("many exceeded limit limits limited limiting maximum excessive reached too allowed")
BAD = words("disallowed forbidden unauthorized unverified unresolvable unauthorised")
FORBIDDEN = words(
    "blocked prohibited forbidden restricted unacceptable banned illegal disallowed dangerous "
    "denied rejected filtered refused restriction restrictions policy unwanted exceeded maximum "
    "suspicious verboten unzulässig interdit interdite prohibido vietato proibido bad unsafe "
    "harmful unsupported invalid disallow"
)
FAILED = words(
    "fail failed fails failure failing reject rejected rejects pass aligned alignment policy "
    "unable"
)
CHECK = words("verify verified verification validation validate callout callback lookup confirm")
UNDONE = words("failed failure fails problem unable cannot couldn unsuccessful invalid error")
BROKEN = words(
    "error errors failure crash exception corrupt corrupted busy malfunction misconfigured "
    "overloaded"
)
CUT = words("lost closed reset dropped aborted broken terminated interrupted")
TAKE = words("take receive receiving received accept accepts accepting accepted")
ALLOWED = words("allowed permitted authorized authorised welcome accepted approved trusted")
REFUSED = words(
    "denied denies rejected rejects refused refuses declined discarded bounced dropped deny "
    "reject refuse"
)
WANTED = words(
    "required require requires must handshake negotiation mandatory expired trusted needed turn "
    "enable"
)
NAMING = words("dns record records lookup missing no invalid hostname resolve resolution entry")
ILLEGAL = words("illegal invalid malformed bad 8bit characters")
DOWN = words("unavailable down")
CONNECT = words("connect connecting")
BAD_ONES = words("invalid bad black bogus grey gray dynamic wrong none hangup")
UNLIKE = words("mismatch mismatches mismatched")
AT_FAULT = words("error errors problem problems value rejected refused forbidden prohibited")
LIMIT = words("limit limits limite grenze límite")
URL = words("url urls uri uris")
OFFERED = words("available offered supported enabled")
ROUTING = words("mx dns mailhost mailhosts hosts")
NONE = words("no without missing lacks none")
RELAYING = words("relay relaying retransmission retransmit relais reenvío weiterleitung")
MAILBOX = words("mailbox mailboxes maildir inbox")
MEMBER = words("user customer subscriber member")
READER = words("user recipient recipients receiver recipient's receiver's user's addressee")
"""Whoever reads the mail, of whose will a refusal speaks."""
WISHES = words("preference preferences wish wishes rule rules whitelist blacklist blocklist")
FROM = words("from")
STANDARD = words("comply complies compliant conform conforms standard standards")
FILES = words("mailbox maildir spool lock database")
USE_OF_FILES = words("open opening write writing reading create")
