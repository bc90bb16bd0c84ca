"""Damaged answers: parse takes them or says BadAnswer, and never lets anything else out."""

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hostile import PARSERS, every_damage, random_damage, random_retypes, survives
from hypothesis import given, settings
from hypothesis import strategies as st

ANSWERS = Path(__file__).with_name("answers")
BODIES = 4_000
BODIES_SOAK = 1_000_000

PARSER_OF = {
    path: next(
        (name for name in PARSERS if path.stem.replace("-", "_").startswith(name)),
        "account" if path.stem.startswith("me") else "playback",
    )
    for path in sorted(ANSWERS.glob("*.json"))
}

any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.parametrize("path", PARSER_OF, ids=lambda path: path.stem)
def test_an_answer_with_any_field_missing_or_retyped_is_taken(path: Path) -> None:
    """No single field can cost an answer, but the ids that name an account."""
    for body in every_damage(path.read_bytes()):
        taken = survives(PARSER_OF[path], body)

        assert taken or PARSER_OF[path] == "account"


@pytest.mark.parametrize("damage", [random_damage, random_retypes])
def test_a_body_with_random_damage_raises_nothing_but_bad_answer(
    damage: Callable[[bytes, random.Random], bytes], *, is_soak: bool
) -> None:
    """Bytes or values exchanged, lost or doubled anywhere; the seed makes a failure repeatable."""
    source = random.Random(3345)
    bodies = [(name, path.read_bytes()) for path, name in PARSER_OF.items()]

    for _ in range((BODIES_SOAK if is_soak else BODIES) // 2):
        name, body = source.choice(bodies)
        survives(name, damage(body, source))


@given(name=st.sampled_from(sorted(PARSERS)), body=st.binary())
@settings(deadline=None)
def test_any_bytes_raise_nothing_but_bad_answer(name: str, body: bytes) -> None:
    """Whatever a proxy or a portal answers."""
    survives(name, body)


@given(
    name=st.sampled_from(sorted(PARSERS)),
    document=st.dictionaries(
        st.sampled_from(["item", "queue", "items", "error", "device", "id", "is_playing"]),
        any_json,
    ),
)
@settings(deadline=None)
def test_any_json_under_known_names_raises_nothing_but_bad_answer(
    name: str,
    document: dict[str, object],
) -> None:
    """Whatever stands where Spotify puts its objects."""
    survives(name, json.dumps(document).encode())
