"""Whom to trust over TLS, read once."""

import ssl

from typing import Any


class LoadedOnce(ssl.SSLContext):
    """A TLS context that reads a file of trusted certificates only once.

    urllib3 has it read again for each connection.
    """

    _files: frozenset[object] = frozenset()

    def load_verify_locations(
        self,
        cafile: Any = None,  # noqa: ANN401  ssl's signature
        capath: Any = None,  # noqa: ANN401  the same
        cadata: Any = None,  # noqa: ANN401  the same
    ) -> None:
        """Trust what the file holds, unless it is trusted already."""
        if cafile is None or capath is not None or cadata is not None:
            super().load_verify_locations(cafile, capath, cadata)
        elif cafile not in self._files:
            super().load_verify_locations(cafile)
            self._files |= {cafile}
