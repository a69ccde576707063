"""How long `sendas password identify` thinks: every recipe, every Region.

The goal is well under 50 ms for the worst case, a text that nothing explains.
"""

import statistics
import time

from datetime import date

from sendas.ses.regions import KNOWN, Region
from sendas.smtp.identify import identify
from sendas.smtp.password import derive_smtp_password, secret_key_bytes
from sendas.smtp.recipes import Kitchen, every, regions_to_try


SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"  # noqa: S105  the example key of AWS's pages
OHIO = Region("us-east-2")
NOW = date(2026, 11, 22)
ROUNDS = 25

CASES = {
    "the right one": (derive_smtp_password(SECRET, region=OHIO).value, OHIO),
    "without the date step": ("BNOQtjXpQe39u9GCuviACuNPtQA/FyiVxHwE0tkOhDdl", OHIO),
    "another key's (all recipes, Region known)": ("BLBM" + "A" * 40, OHIO),
    "another key's (all recipes, Region unknown)": ("BLBM" + "A" * 40, None),
    "another key's, in quotes and percent-encoded": (f"'BLBM{'A' * 38}%2BA'\n", OHIO),
}


def main() -> None:
    """Print one line for each case: median and worst of 25, in milliseconds."""
    counted = Kitchen(secret_key_bytes(SECRET), OHIO, regions_to_try(OHIO), NOW)
    print(f"{len(KNOWN)} Regions, {sum(1 for _ in every(counted))} passwords recomputed at most")
    print(f"{'what is stored':48} {'median ms':>10} {'worst ms':>10}")
    for name, (text, region) in CASES.items():
        taken = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            identify(text, secret=SECRET, region=region, now=NOW)
            taken.append((time.perf_counter() - start) * 1000)
        print(f"{name:48} {statistics.median(taken):10.2f} {max(taken):10.2f}")


if __name__ == "__main__":
    main()
