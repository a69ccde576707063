"""DNS: names, answers, zones, MX; parse, print, judge."""
