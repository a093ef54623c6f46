"""The documents as JSON Schema, so that other programs can read them. `scripts/schema` writes it into the package."""

from __future__ import annotations

import ast
import inspect
import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from reproof.model.base import Document
from reproof.model.comparison import Comparison
from reproof.model.execution import Execution
from reproof.model.image import BuildContext, Image
from reproof.model.plan import BuildPlan
from reproof.model.requirements import Requirements
from reproof.model.resolution import Resolution
from reproof.model.snapshot import Snapshot
from reproof.model.verdict import Verdict

DOCUMENTS: tuple[type[Document], ...] = (
    Snapshot, Requirements, Resolution, BuildPlan, BuildContext, Image, Execution, Comparison, Verdict,
)  # fmt: skip
"""What is published, in story order."""

SCHEMAS = Path(__file__).parent / "schemas"
"""Where the published files lie, in the package."""
DIALECT = "https://json-schema.org/draft/2020-12/schema"
NOT_FINITE = {"enum": ["NaN", "Infinity", "-Infinity"]}
"""How the documents write numbers that JSON has no literal for."""
ID = {
    "description": "The sha256 of the stored bytes, in hexadecimal. `--json` adds it; it is not stored.",
    "type": "string",
    "pattern": "^[0-9a-f]{64}$",
}


class Generator(GenerateJsonSchema):
    """Pydantic's generator, with numbers as they are written, and with what the fields' docstrings say.

    The docstrings are read here and not by `use_attribute_docstrings`: that would read the sources at every import,
    before a command is started.
    """

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Say that a field needs no title: it would only repeat its name."""
        return False

    def float_schema(self, schema: core_schema.FloatSchema) -> JsonSchemaValue:
        """Return the schema of a number that need not be finite."""
        return {"anyOf": [super().float_schema(schema), NOT_FINITE]}

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """Return the schema of a model, each property with its description."""
        made = super().model_schema(schema)
        for name, told in field_docstrings(schema["cls"]).items():
            if name in made.get("properties", {}):
                made["properties"][name].setdefault("description", told)
        return made


def document_schema(document: type[Document]) -> dict[str, Any]:
    """Return the JSON Schema of a document as it is stored, or printed by `--json` with its id.

    Its `$id` is a name and no address: `urn:reproof:snapshot:2`.
    """
    made = document.model_json_schema(by_alias=True, mode="serialization", schema_generator=Generator)
    made["properties"]["schema"] = {"const": document.SCHEMA}
    made["properties"]["id"] = ID
    return {"$schema": DIALECT, "$id": "urn:" + document.SCHEMA.replace("/", ":"), **made}


def field_docstrings(model: type[BaseModel]) -> dict[str, str]:
    """Return the text below each field of a class, on one line, by the field's name."""
    [definition] = ast.parse(inspect.cleandoc("\n" + inspect.getsource(model))).body
    assert isinstance(definition, ast.ClassDef)
    return {
        field.target.id: " ".join(told.split())
        for field, after in zip(definition.body, definition.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and (told := text_of(after))
    }


def text_of(statement: ast.stmt) -> str:
    """Return the text of a statement that is nothing else; the empty text for any other."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return statement.value.value if isinstance(statement.value.value, str) else ""
    return ""


def schema_text(document: type[Document]) -> str:
    """Return the file that is published for a document."""
    return json.dumps(document_schema(document), indent=1, ensure_ascii=False) + "\n"


def published(name: str) -> str:
    """Return the published schema of a document by its word: `snapshot`."""
    return (SCHEMAS / f"{name}.json").read_text()
