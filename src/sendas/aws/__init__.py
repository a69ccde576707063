"""The door to AWS: the only importer of botocore, one small gateway per service.

Everything here is read-only.  Each question answers in our own words, None for
what AWS says is not there, or a NoAnswer that says why nobody answered.
"""
