"""Spotify's own description of its API, corrected where it is known to be wrong, as a judge.

Its README lists the places; each has one named correction here, and the rest is held to the
letter. The file itself is not the project's to give away.
"""

import copy
from collections.abc import Iterator
from typing import Any

from jsonschema import (  # type: ignore[import-untyped]  # it ships no types
    Draft202012Validator,
    FormatChecker,
)

Schema = dict[str, Any]


def check(description: Schema, endpoint: str, status: int, payload: Any) -> None:
    """Hold an answer against what the description says of this address and status."""
    responses = description["paths"][endpoint.removeprefix("/v1")]["get"]["responses"]
    name = responses[str(status)]["$ref"].rpartition("/")[2]
    schema = description["components"]["responses"][name]["content"]["application/json"]["schema"]
    Draft202012Validator(
        {**schema, "components": description["components"]},
        format_checker=FormatChecker(),
    ).validate(payload)


def corrected(described: Schema) -> Schema:
    """Mend ``described``, the description as parsed from its file, and return it."""
    for part in objects(described["components"]):
        require_no_deprecated_field(part)
        say_nullable_as_json_schema_does(part)
    let_be_null(described, "CurrentlyPlayingContextObject", "item", "context", "progress_ms")
    let_be_null(described, "CurrentlyPlayingObject", "item", "context", "progress_ms")
    let_be_null(described, "QueueObject", "currently_playing")
    let_be_null(described, "PlayHistoryObject", "context")
    let_be_null(described, "CursorPagingObject", "next", "cursors")
    describe_local_files(described)
    return described


def objects(part: Any) -> Iterator[Schema]:
    """Yield every JSON object within ``part``."""
    if isinstance(part, dict):
        yield part
    for child in part.values() if isinstance(part, dict) else part:
        if isinstance(child, dict | list):
            yield from objects(child)


def require_no_deprecated_field(part: Schema) -> None:
    """Correct: what is marked deprecated is absent for apps made since 2026-02-11."""
    properties = part.get("properties", {})
    gone = {name for name, schema in properties.items() if schema.get("deprecated")}
    for name in gone:
        properties[name] = {"not": {}, "description": "removed"}
    if gone and "required" in part:
        part["required"] = [name for name in part["required"] if name not in gone]


def say_nullable_as_json_schema_does(part: Schema) -> None:
    """Translate: OpenAPI 3.0 writes ``nullable: true`` beside a type."""
    if part.get("nullable") is True and isinstance(part.get("type"), str):
        part["type"] = [part["type"], "null"]


def let_be_null(described: Schema, name: str, *fields: str) -> None:
    """Correct: the text says "can be null" (or real answers are), the schema does not."""
    properties = described["components"]["schemas"][name]["properties"]
    for field in fields:
        properties[field] = {"anyOf": [{"type": "null"}, properties[field]]}


def describe_local_files(described: Schema) -> None:
    """Correct: a local file has null where the schema says string, and no ``total_tracks``.

    Only items with ``is_local: true`` may; a track from the catalogue is held to the letter.
    """
    schemas = described["components"]["schemas"]
    local = copy.deepcopy(schemas["TrackObject"])
    album = {"images": {"maxItems": 0}, "name": {"const": ""}, "id": {"type": "null"}}
    nobody = {"id": {"type": "null"}, "href": {"type": "null"}, "name": {"type": "string"}}
    local["properties"] |= {
        "is_local": {"const": True},
        "id": {"type": "null"},
        "href": {"type": "null"},
        "album": {"type": "object", "required": list(album), "properties": album},
        "artists": {"type": "array", "items": {"required": list(nobody), "properties": nobody}},
    }
    schemas["LocalFile"] = local
    schemas["TrackObject"]["properties"]["is_local"] = {"const": False}
    for part in list(objects(described["components"])):
        if {"$ref": "#/components/schemas/EpisodeObject"} in part.get("oneOf", ()):
            part["oneOf"].append({"$ref": "#/components/schemas/LocalFile"})
