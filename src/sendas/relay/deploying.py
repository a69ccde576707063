"""What starts the relay: a hardened systemd unit, its socket, an image's recipe; pure text.

Sources: systemd.exec(5), systemd.service(5), systemd.socket(5); the OCI image
specification by way of Containerfile(5).
"""

from collections.abc import Mapping


CONFIG = "/etc/sendas/sendas.toml"

SERVICE = f"""\
# /etc/systemd/system/sendas-relay.service
[Unit]
Description=sendas relay: SMTP in, Amazon SES out
Documentation=https://github.com/sendas/sendas/blob/main/docs/relay.md
Wants=network-online.target
After=network-online.target

[Service]
Type=notify
ExecStart=/opt/sendas/bin/sendas relay run --config {CONFIG}
ExecReload=/bin/kill -HUP $MAINPID
Restart=always
RestartSec=2
WatchdogSec=60
TimeoutStopSec=90
LimitNOFILE=16384

# useradd --system sendas-relay; the certificate's files are readable by its group (certbot's
# deploy hook copies them: docs/relay.md), so that a renewed one is read without a restart.
User=sendas-relay
Group=sendas-relay
StateDirectory=sendas-relay
StateDirectoryMode=0700
AmbientCapabilities=CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_BIND_SERVICE

# systemd-analyze security sendas-relay: what is not needed cannot be done.
LockPersonality=yes
MemoryDenyWriteExecute=yes
NoNewPrivileges=yes
PrivateDevices=yes
PrivateTmp=yes
ProcSubset=pid
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProtectSystem=strict
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
UMask=0077

[Install]
WantedBy=multi-user.target
"""

SOCKET = """\
# /etc/systemd/system/sendas-relay.socket: systemd opens the low ports, the relay needs no right
# to; while it restarts, clients wait and are not refused.  Each port has a name of its own, so
# 465 stands in a second unit, sendas-relay-tls.socket, with FileDescriptorName=tls.
[Unit]
Description=sendas relay: ports with STARTTLS

[Socket]
ListenStream=587
ListenStream=2587
FileDescriptorName=starttls
Service=sendas-relay.service
Backlog=1024

[Install]
WantedBy=sockets.target
"""

OCI = f"""\
# podman build -t sendas-relay -f Containerfile .
# podman run --read-only -v sendas-relay:/var/lib/sendas-relay -v ./etc:/etc/sendas:ro \\
#     -p 587:587 -p 2587:2587 -p 465:465 sendas-relay
# Outside a container's own network a private address may be anybody's: name no network in
# sendas.toml that the container's bridge is in, or every client of a published port is in it.
FROM docker.io/library/python:3.12-slim
RUN python -m venv /opt/sendas \\
    && /opt/sendas/bin/pip install --no-cache-dir sendas uvloop \\
    && useradd --system --uid 10587 --home-dir /var/lib/sendas-relay sendas-relay \\
    && install -d -o sendas-relay -m 0700 /var/lib/sendas-relay
USER sendas-relay
VOLUME /var/lib/sendas-relay
EXPOSE 587 2587 465
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=60s --timeout=5s CMD ["/opt/sendas/bin/python", "-c", \\
    "import urllib.request as u; u.urlopen('http://127.0.0.1:9587/healthz', timeout=4)"]
ENTRYPOINT ["/opt/sendas/bin/sendas", "relay"]
CMD ["run", "--config", "{CONFIG}"]
"""

DEFINITIONS: Mapping[str, str] = {"systemd": SERVICE, "socket": SOCKET, "oci": OCI}


def definition(name: str) -> str:
    """One of `DEFINITIONS`, as it goes into its file."""
    return DEFINITIONS[name]
