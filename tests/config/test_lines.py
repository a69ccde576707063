"""Where keys stand in a TOML text; that the keys are these, tomllib says."""

import tomllib

from collections.abc import Iterator

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.config.lines import Place, key_lines, line_of


TEXT = '''\
# a comment with [brackets] and "quotes"
top = 1
dotted.key = "x"  # ] } "
"quoted.\\u006bey" = 'it''s'
[table]
text = """
no = key
""\\"" """
raw = \'\'\'
[not.a.table]\'\'\'
list = [ # why
  1,
  { a = 1, b = [
    2 ] },
  "]",
]
[[many]]
x = 1979-05-27 07:32:00
[many.inner]
y = true
[[many]]
[[many.deep]]
z = { p.q = 1 }
'''.replace("'it''s'", "'its'")

EXPECTED: dict[Place, int] = {
    ("top",): 2,
    ("dotted",): 3,
    ("dotted", "key"): 3,
    ("quoted.key",): 4,
    ("table",): 5,
    ("table", "text"): 6,
    ("table", "raw"): 9,
    ("table", "list"): 11,
    ("table", "list", 0): 12,
    ("table", "list", 1): 13,
    ("table", "list", 1, "a"): 13,
    ("table", "list", 1, "b"): 13,
    ("table", "list", 1, "b", 0): 14,
    ("table", "list", 2): 15,
    ("many",): 17,
    ("many", 0): 17,
    ("many", 0, "x"): 18,
    ("many", 0, "inner"): 19,
    ("many", 0, "inner", "y"): 20,
    ("many", 1): 21,
    ("many", 1, "deep"): 22,
    ("many", 1, "deep", 0): 22,
    ("many", 1, "deep", 0, "z"): 23,
    ("many", 1, "deep", 0, "z", "p"): 23,
    ("many", 1, "deep", 0, "z", "p", "q"): 23,
}


def places(value: object, at: Place = ()) -> Iterator[Place]:
    """Every place that tomllib's value has."""
    items: Iterator[tuple[str | int, object]] = iter(())
    if isinstance(value, dict):
        items = iter(value.items())
    elif isinstance(value, list):
        items = iter(enumerate(value))
    for key, inner in items:
        yield (*at, key)
        yield from places(inner, (*at, key))


def test_every_place_of_a_text_with_everything() -> None:
    """Strings, comments, arrays and tables of every kind; counted by hand."""
    assert set(places(tomllib.loads(TEXT))) == set(EXPECTED)
    assert EXPECTED == dict(key_lines(TEXT))


@pytest.mark.parametrize(
    ("place", "line"),
    [(("many", 1, "deep", 7, "none"), 22), (("table", "no"), 5), (("no",), None), ((), None)],
)
def test_what_is_missing_is_told_by_what_is_around_it(place: Place, line: int | None) -> None:
    """A key that should be there has the line of its table."""
    assert line == line_of(key_lines(TEXT), place)


keys = st.sampled_from(["a", "b-1", '"c.d"', "'e'", '"\\u0041"', "f.g", "h . i"])
scalars = st.sampled_from(
    ["1", "-2.5e3", "true", '"x\\"]"', "'}'", '"""m\n\\"]"""', "'''\n}\n'''", '"""x"""""',
     "1979-05-27", "07:32:00", "'''''''", '""""a"""', "inf"]
)  # fmt: skip
blanks = st.sampled_from(["", " ", "\t", "\n", " # c ]\n", "\n\n"])
gaps = st.sampled_from(["", " ", "\t"])


def arrays(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Arrays with blanks and comments where TOML lets them stand."""
    element = st.tuples(blanks, inner, blanks).map("".join)
    return st.tuples(
        st.lists(element, max_size=3).map(",".join), st.sampled_from(["", ","]), blanks
    ).map(lambda parts: f"[{parts[0]}{parts[1] if parts[0] else ''}{parts[2]}]")


def inline_tables(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Inline tables, on one line but for what their values hold."""
    pair = st.tuples(gaps, keys, gaps, st.just("="), gaps, inner, gaps).map("".join)
    return st.lists(pair, max_size=3).map(lambda pairs: "{" + ",".join(pairs) + "}")


values = st.recursive(scalars, lambda inner: arrays(inner) | inline_tables(inner), max_leaves=6)
pairs = st.tuples(gaps, keys, gaps, st.just("="), gaps, values, gaps).map("".join)
headers = keys.map(lambda key: f"[{key}]") | keys.map(lambda key: f"[[ {key} ]]")
documents = st.lists(pairs | headers | st.sampled_from(["", "# c"]), max_size=9)


@given(documents.map("\n".join), st.sampled_from(["\n", "\r\n"]))
def test_no_place_is_missed_and_none_invented(text: str, ending: str) -> None:
    """Of whatever tomllib reads, exactly its places have a line, and in the text's order."""
    text = text.replace("\n", ending)
    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    lines = key_lines(text)

    assert set(places(value)) == set(lines)
    assert all(1 <= line <= text.count("\n") + 1 for line in lines.values())


@given(
    st.lists(st.text(alphabet="\n# ", max_size=4).map(lambda t: t.replace("#", "")), max_size=6)
)
def test_lines_are_counted(blanks_before: list[str]) -> None:
    """Each key is found on the line where it was put."""
    text, truth = "", {}
    for number, blank in enumerate(blanks_before):
        text += blank + "\n"
        truth[f"k{number}",] = text.count("\n") + 1
        text += f"k{number} = 1\n"

    assert truth == key_lines(text)
