"""How a mailbox's credential is replaced without a gap: what stands, and the next step; pure.

::

    due ─▶ make (AWSPENDING) ─▶ prove: login, canary ─▶ publish (AWSCURRENT, the old AWSPREVIOUS)
        ─▶ hand over, until each holder is seen to use it ─▶ rest: the old one inactive ─▶ delete

`state` is what was seen in AWS, `decide` gives the step that follows from it,
`words` says it to people and programs.  Nothing is remembered anywhere else, so
whoever looks next, on whatever machine, goes on from where it stands.
"""
