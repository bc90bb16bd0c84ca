"""Words in the language asked for, or in the nearest there is."""

import json

import pytest

from tonearm.server.public.words import Languages

LANGUAGES = Languages({"en": b'{"lang":"en"}', "de": b'{"lang":"de"}', "zh-hant": b'{"lang":"zh"}'})


@pytest.mark.parametrize(
    ("tag", "lang"),
    [
        ("de", "de"),
        ("DE", "de"),
        ("de-AT", "de"),
        ("de_CH", "de"),
        ("de-AT-1996", "de"),
        ("zh-Hant-TW", "zh"),
    ],
)
def test_a_language_is_found_by_its_tag(tag: str, lang: str) -> None:
    """A dialect is understood by who has the language."""
    file = LANGUAGES.file(tag)

    assert file is not None
    assert json.loads(file) == LANGUAGES.words(tag) == {"lang": lang}


@pytest.mark.parametrize("tag", ["fr", "zh", "zh-TW", "xx", "tlh-Latn-US"])
def test_a_language_that_is_not_there_is_spoken_in_english(tag: str) -> None:
    """A page that asks for its visitor's language gets words, and no error in its console."""
    file = LANGUAGES.file(tag)

    assert file is not None
    assert json.loads(file) == LANGUAGES.words(tag) == {"lang": "en"}


@pytest.mark.parametrize("tag", ["", "../en", "-", "--", "d", "de-", "d\u00e9", "en\n", "x" * 999])
def test_what_is_no_language_has_no_file(tag: str) -> None:
    """A slip is told; an image has to say something even so."""
    assert LANGUAGES.file(tag) is None
    assert LANGUAGES.words(tag)["lang"] in ("en", "de")


def test_every_language_of_the_package_has_every_word() -> None:
    """A view never has to look for a word that is missing."""
    loaded = Languages.load()
    english = loaded.words("en")

    for lang in ("en", "de", "es", "ja", "ar"):
        words = loaded.words(lang)
        assert words["lang"] == lang
        assert words.keys() == english.keys()
        assert all(words.values())
