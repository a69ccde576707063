"""``sendas``, and ``python -m sendas``: quiet from the first moment to the last.

Loading the command line takes a tenth of a second, and ending it may wait for
threads: Ctrl-C in either is no reason for a traceback, so the system's own way of
ending a program holds there.
"""

import signal


def main() -> None:
    """Run the command line."""
    ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # else ignored: nohup
    if ours:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from sendas.cli import main as run  # noqa: PLC0415  not before Ctrl-C is quiet

    if ours:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        run()
    finally:
        if ours:
            signal.signal(signal.SIGINT, signal.SIG_DFL)


if __name__ == "__main__":
    main()
