"""Gmail's "Send mail as": what to type, the confirmation, the proof.

Pure: `decide`, `clients`, `options`.  Shell: `onetime`, `view`.
"""
