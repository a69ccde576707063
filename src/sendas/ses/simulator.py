"""SES's mailbox simulator: it takes mail, bounces it, complains, and nothing of it counts.

Mail to it changes neither an account's reputation, nor its sending quota, nor its suppression
lists (SES guide, "Using the mailbox simulator").
"""

SIMULATOR = "simulator.amazonses.com"
"""Its domain; what happens hangs on the local-part."""
