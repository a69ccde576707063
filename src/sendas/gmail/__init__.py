"""Gmail's "Send mail as": what to type, the confirmation, the proof.

Pure: `dialog`, `confirmation`, `clients`, `options`, `runbook`.  Shell: `onetime`.
"""
