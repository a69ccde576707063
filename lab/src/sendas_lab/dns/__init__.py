"""The DNS of the lab: zones, authoritative name servers, one recursive resolver."""
