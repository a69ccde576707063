"""The two incidents sendas was made for, played in the lab: what `sendas demo` shows.

Each incident is an iterator of steps.  A step does something real in the lab,
over HTTP, DNS and SMTP, and then claims what is now so; a claim that does not
hold is shown as such and fails the demo.
"""
