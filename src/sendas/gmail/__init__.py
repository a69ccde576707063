"""Gmail's "Send mail as": what to type, the confirmation, the proof.

Pure: `dialog`, `trace`, `confirmation`, `verification`, `clients`, `options`,
`runbook`.  Shells: `watching`, `onetime`.
"""
