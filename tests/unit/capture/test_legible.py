"""What is not UTF-8 never reaches a document, and is never dropped in silence."""

from __future__ import annotations

from reproof.capture.legible import is_legible, make_legible, spell, spell_all

ODD = "odd\udcff.txt"


def recording(**fields: object) -> dict[str, object]:
    return {"loaded": [], "read": [], "written": [], **fields}


def test_text_is_legible_unless_it_holds_bytes_that_are_no_text() -> None:
    assert [is_legible(text) for text in ("ünï ☃", "", ODD)] == [True, True, False]


def test_only_the_odd_bytes_are_spelled_out() -> None:
    assert spell("ü\udcff\udc80") == "ü\\xff\\x80"
    assert spell_all({"A\udcff": "b\udcfe", "C": "d"}) == {"A\\xff": "b\\xfe", "C": "d"}


def test_a_file_with_an_odd_name_is_left_out_and_told() -> None:
    fine = {"path": "/a.txt"}
    kept, gaps = make_legible(recording(written=[{"path": ODD}, fine]))
    assert kept["written"] == [fine]
    assert [(gap.what, gap.why) for gap in gaps] == [("odd\\xff.txt is not in the record", "its name is not UTF-8")]


def test_an_odd_word_is_spelled_out_and_told() -> None:
    kept, gaps = make_legible(recording(command={"argv": ["cat", ODD], "exit_code": 0}))
    assert kept["command"] == {"argv": ["cat", "odd\\xff.txt"], "exit_code": 0}
    assert [gap.what for gap in gaps] == ["odd\\xff.txt is spelled out"]


def test_what_is_text_already_stays_as_it_is() -> None:
    given = recording(read=[{"path": "/ünï", "size": 3}], gaps=[], interpreter=None)
    assert make_legible(given) == (given, [])
