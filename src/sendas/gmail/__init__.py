"""Gmail's "Send mail as": a mailbox's credential, what to type, the confirmation, the proof.

Pure: `sender`, `dialog`, `issue_plan`, `trace`, `confirmation`, `verification`,
`clients`, `ways`, `runbook`.  Shells: `issue`, `proving`, `watching`, `onetime`,
`clipboard`; `doors` is what they need of the world.
"""
