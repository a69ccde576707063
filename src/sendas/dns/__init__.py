"""DNS as mail reads it: SPF, DKIM, DMARC and MX records; parse, print, judge."""
