"""``python -m sendas`` is ``sendas``."""

from sendas.cli import main


main()
