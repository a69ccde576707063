"""The shell around received mail: the Lambda, its queue and records, the owner's requests.

`forward` decides; here is what fetches, sends, counts and remembers.
"""
