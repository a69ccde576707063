"""Elements, as they end, become the rows and heads of reports."""

from dataclasses import replace

from sendas.reports.model import MAX_VALUE, Batch, Head, MalformedReport, Published, Row, seconds
from sendas.reports.rows import WHOLE, Evaluation, Shape, shape_of


MAX_PENDING = 10_000
"""Rows that wait for the head, where it comes after them."""
MAX_REMARKS = 20
MAX_SHAPES = 16
MAX_REMEMBERED = 100
"""Values of a record whose evaluation is remembered."""


class Assembly:
    """Values of elements, as they end, become rows and heads."""

    def __init__(self, skip: int = 0) -> None:
        self.ended: list[str] = []
        """The elements that ended within the one that is not yet whole."""
        self.values: list[str] = []
        """What stood in each of them."""
        self.closed = 0
        """How many elements ended that are no more among `ended`."""
        self._shapes: dict[tuple[str, ...], tuple[Shape, dict[tuple[str, ...], Evaluation]]] = {}
        """By the order of its elements: where a record's values stand, and evaluations seen."""
        self._skip = skip
        """Rows that were given before, by the strict reading."""
        self._head = Head()
        self._has_metadata = False
        self.seen = False
        """Whether anything of a report was found in the whole document."""
        self._open = False
        """Whether anything was found since the last report ended."""
        self._rows: list[Row] = []
        self._remarks: list[str] = []
        self._strange = 0
        self._done: list[Batch] = []

    def end(self, name: str, text: str) -> None:
        """The element *name* ended; *text* is what stood in it."""
        if name not in WHOLE:
            self.ended.append(name)
            self.values.append(text)
            return
        self.closed += 1
        if name == "version":
            self._head = replace(self._head, version=text[:MAX_VALUE])
            return
        short = len("".join(self.values)) <= MAX_VALUE
        if not short:
            self.values[:] = [value[:MAX_VALUE] for value in self.values]
        if name == "record":
            self._record(short=short and len(self.values) <= MAX_REMEMBERED)
        else:
            self._about_report(name, list(zip(self.ended, self.values, strict=True)))
        self.closed += len(self.ended)
        self.ended.clear()
        self.values.clear()

    def _about_report(self, name: str, values: list[tuple[str, str]]) -> None:
        if name == "report_metadata":
            if self._has_metadata:
                self._close()
            self._metadata(values)
        elif name == "policy_published":
            found = {key: value for key, value in values if key in Published._fields}
            policy = Published(**({"domain": ""} | found))
            self._head = replace(self._head, policies=(*self._head.policies, policy)[:MAX_REMARKS])
            self._open = self.seen = True
        elif name == "feedback" and self._open:
            self._close()

    def batches(self) -> list[Batch]:
        """What is whole by now; the end of a report once it is known what follows."""
        if self._rows and (self._whole_head or len(self._rows) > MAX_PENDING):
            self._done.append(Batch(self._head, tuple(self._rows)))
            self._rows.clear()
        whole = len(self._done) - (1 if self._done and self._done[-1].last else 0)
        done, self._done = self._done[:whole], self._done[whole:]
        return done

    def finished(self, wrong: str = "") -> list[Batch]:
        """What is left at the end of the document, with a remark on what was *wrong* with it.

        Raises:
            MalformedReport: Nothing of a report was in it.
        """
        if not self.seen:
            msg = f"no DMARC report is in it{f': {wrong}' if wrong else ''}"
            raise MalformedReport(msg)
        if "source_ip" in self.ended:
            self._remark("it breaks off inside a record, which is left out")
            self._open = True
        if self._open:
            if wrong:
                self._remark(wrong)
            self._close()
        elif wrong and self._done:
            # The last report is whole, and the document is not.
            self._done[-1] = _with_remark(self._done[-1], wrong)
        return self._done

    @property
    def _whole_head(self) -> bool:
        return self._has_metadata and bool(self._head.policies)

    def _close(self) -> None:
        if self._strange:
            self._remark(f"{self._strange} of its records have no source or no count: left out")
        head = replace(self._head, remarks=(*self._head.remarks, *self._remarks))
        self._done.append(Batch(head, tuple(self._rows), last=True))
        self._rows.clear()
        self._remarks.clear()
        self._head, self._has_metadata = Head(), False
        self._strange, self._open = 0, False

    def _remark(self, text: str) -> None:
        if len(self._remarks) < MAX_REMARKS and text not in self._remarks:
            self._remarks.append(text)

    def _record(self, *, short: bool) -> None:
        self._open = self.seen = True
        ended = tuple(self.ended)
        shape = self._shapes.get(ended)
        if shape is None:
            if len(self._shapes) >= MAX_SHAPES:
                self._shapes.clear()
            shape = self._shapes[ended] = (shape_of(ended), {})
        row = shape[0].row(self.values, shape[1] if short else {})
        if row is None:
            self._strange += 1
        elif self._skip:
            self._skip -= 1
        else:
            self._rows.append(row)

    def _metadata(self, values: list[tuple[str, str]]) -> None:
        found: dict[str, str] = {}
        for name, text in values:
            if text:
                found.setdefault(name, text)
        errors = [text for name, text in values if name == "error" and text]
        begin, end = (seconds(found.get(name, "")) for name in ("begin", "end"))
        if begin is None or end is None:
            self._remark("it does not say which time it is about")
        self._head = Head(
            org_name=found.get("org_name", ""),
            email=found.get("email", ""),
            extra_contact_info=found.get("extra_contact_info", ""),
            report_id=found.get("report_id", ""),
            begin=begin,
            end=end,
            errors=tuple(errors[:MAX_REMARKS]),
            generator=found.get("generator", ""),
            version=self._head.version,
            policies=self._head.policies,
        )
        self._has_metadata = self._open = self.seen = True


def _with_remark(batch: Batch, remark: str) -> Batch:
    head = replace(batch.head, remarks=(*batch.head.remarks, remark))
    return batch._replace(head=head)
