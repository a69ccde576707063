"""An alias as a contact, for an address book: vCard (RFC 6350) and Google Contacts' CSV."""

import csv
import io


def as_vcard(name: str, address: str) -> str:
    """One contact; the name's special signs escaped (RFC 6350, 3.4)."""
    shown = name.replace("\\", "\\\\").replace("\n", " ").replace(",", "\\,").replace(";", "\\;")
    lines = ("BEGIN:VCARD", "VERSION:4.0", f"FN:{shown}", f"EMAIL:{address}", "END:VCARD")
    return "".join(f"{line}\r\n" for line in lines)


def as_csv(name: str, address: str) -> str:
    """One contact under Google Contacts' column names."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(("Name", "E-mail 1 - Type", "E-mail 1 - Value"))
    # A spreadsheet takes =, +, - and @ at the beginning for a formula.
    shown = f"'{name}" if name[:1] in "=+-@" and name else name
    table.writerow((shown, "* Other", address))
    return out.getvalue()
