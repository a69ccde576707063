"""The DNS records a domain needs: wanted, compared with what is published, printed."""
