"""The published schemas: current, complete, and true of real documents."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from factories import make_resolution, make_snapshot
from jsonschema import Draft202012Validator
from rich_run import make_rich_snapshot

from reproof.compare import compare
from reproof.model.base import Document
from reproof.model.comparison import Comparison
from reproof.model.execution import Execution
from reproof.model.policy import Policy
from reproof.model.resolution import Resolution
from reproof.model.schema import DOCUMENTS, document_schema, published, schema_text
from reproof.model.snapshot import Snapshot
from reproof.plan import make_plan


def word(document: type[Document]) -> str:
    return document.SCHEMA.split("/")[1]


@pytest.mark.parametrize("document", DOCUMENTS, ids=word)
def test_the_published_schema_is_that_of_the_model(document: type[Document]) -> None:
    assert published(word(document)) == schema_text(document), "the model changed: run `make schema`"


@pytest.mark.parametrize("document", DOCUMENTS, ids=word)
def test_a_schema_is_a_schema_and_its_name_is_no_address(document: type[Document]) -> None:
    schema = document_schema(document)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == "urn:reproof:" + document.SCHEMA.removeprefix("reproof/").replace("/", ":")


def test_every_kind_of_document_is_published() -> None:
    assert set(DOCUMENTS) == set(Document.__subclasses__())


def errors(document: type[Document], value: Any) -> list[str]:
    return [error.message for error in Draft202012Validator(json.loads(published(word(document)))).iter_errors(value)]


def plain(document: Document) -> Any:
    return json.loads(document.canonical())


VALUES = {"a": math.nan, "b": math.inf, "c": -math.inf, "d": 1, "e": -0.5}
ODD = {"metrics": [{"name": name, "value": value, "source": "m.json"} for name, value in VALUES.items()]}


@pytest.mark.parametrize(
    "document",
    [
        make_snapshot(),
        make_rich_snapshot(),
        make_snapshot(**ODD),
        make_snapshot(interpreter=None, kind="capture", command={"exit_code": None}),
        compare(make_snapshot(), make_rich_snapshot(), lambda _: b"", Policy()),
        make_resolution(make_snapshot()),
        make_plan(make_snapshot(), make_resolution(make_snapshot())),
        Execution(snapshot="a", plan="b", image="c", replayed=None),
    ],
    ids=lambda document: word(type(document)),
)
def test_documents_are_valid_as_stored_and_as_printed_with_their_id(document: Document) -> None:
    assert errors(type(document), plain(document)) == []
    assert errors(type(document), {**plain(document), "id": document.id}) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"surprise": 1}, "Additional properties are not allowed ('surprise' was unexpected)"),
        ({"schema": "reproof/snapshot/1"}, "'reproof/snapshot/2' was expected"),
        ({"level": 3}, "3 is not of type 'string'"),
        ({"metrics": [{"name": "a", "value": "much", "source": "m"}]}, "'much' is not valid under any of the given"),
        ({"id": "short"}, "'short' does not match '^[0-9a-f]{64}$'"),
    ],
)
def test_what_is_no_snapshot_is_refused(changes: dict[str, Any], expected: str) -> None:
    [message] = errors(Snapshot, {**plain(make_snapshot()), **changes})
    assert message.startswith(expected)


def test_a_snapshot_without_its_command_is_refused() -> None:
    value = plain(make_snapshot())
    del value["command"]
    assert errors(Snapshot, value) == ["'command' is a required property"]


def test_what_the_model_says_of_a_field_is_its_description() -> None:
    schema = document_schema(Snapshot)
    assert schema["properties"]["level"]["description"].startswith("How closely the run was watched")
    assert schema["$defs"]["Input"]["properties"]["kept"]["description"] == "True when its bytes are in the store too."
    assert document_schema(Comparison)["$defs"]["FieldDifference"]["properties"]["counts"]["description"]
    assert document_schema(Resolution)["description"]
