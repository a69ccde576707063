"""Write the pages and schemas made from the code: ``python -m sendas.pages``, in a checkout.

What they say is decided by the rooms they are about; here is only the writing.
"""

import sys

from collections.abc import Mapping
from pathlib import Path

from sendas.bounce import pages as bounce_pages
from sendas.config import schema as config_schema
from sendas.credentials import list_schema
from sendas.credentials.decide import audited
from sendas.doctor import pages as doctor_pages
from sendas.doctor.registry import all_rules
from sendas.doctor.render import schema as report_schema
from sendas.files import write_whole
from sendas.prices import pages as price_pages
from sendas.prices.price_list import load


def write_folder(folder: Path, wanted: Mapping[str, str]) -> None:
    """Make *folder* hold exactly these pages, by their names."""
    folder.mkdir(parents=True, exist_ok=True)
    for stale in {path.name for path in folder.glob("*.md")} - set(wanted):
        (folder / stale).unlink()
    for name, text in wanted.items():
        write_whole(folder / name, text)


def write_all(root: Path) -> None:
    """Write every page of the checkout at *root* again."""
    docs, package = root / "docs", root / "src/sendas"
    write_folder(docs / "rules", doctor_pages.pages(all_rules()))
    write_whole(docs / "bounce-tables.md", bounce_pages.page())
    write_whole(docs / "cost.md", price_pages.page(load()))
    write_whole(package / "doctor/render" / report_schema.FILE_NAME, report_schema.text())
    write_whole(package / "doctor/render" / report_schema.ALL_FILE_NAME, report_schema.all_text())
    write_whole(package / "credentials" / audited.FILE_NAME, audited.schema_text())
    write_whole(package / "credentials" / list_schema.FILE_NAME, list_schema.text())
    write_whole(package / "config" / config_schema.FILE_NAME, config_schema.current())


if __name__ == "__main__":
    write_all(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
