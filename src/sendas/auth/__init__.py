"""What receivers make of a domain: SPF, DKIM keys, DMARC, by their RFCs (pure)."""
