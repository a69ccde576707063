"""The fault algebra: healthy worlds, changed in every way people change them by mistake.

A mutant is one healthy world with one element of it changed by one human mistake.  It
states before it is played what becomes of mail (`Harm`) and where it was made
(`Mutant.places`); the lab's mail says whether the statement is true, and the doctor is
judged by it both ways.
"""
