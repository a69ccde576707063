"""What became of each mail, from SES's events about it: pure.

An event becomes one line of JSON (`line`); lines about one mail and one recipient
become an outcome (`outcome`), whatever their order and however often they came.
"""
