"""What the owner wants: `sendas.toml`, as typed values.

`model` is the vocabulary and standard library only; `load` reads the file with
every mistake at once; `write` prints one.  None of it holds a secret.
"""
