"""What an examination found, as a page for a person and a bundle for somebody who helps."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from reports import report

from tonearm.poller.secret import Secret
from tonearm.server.configuration.config import load
from tonearm.server.configuration.settings import Hint, Settings
from tonearm.server.console.check import Examination
from tonearm.server.console.findings import Finding, failure, has_failed, ok, page, warning
from tonearm.server.console.support import bundle
from tonearm.server.ink import Ink

CANARY = "canary5e1f00c0ffee4a11b0a7d0d0ca"
FOUND = (
    ok("Service", "runs"),
    warning("Login", "12 days to go", "Run `tonearm login`."),
    failure("Clock", "it says 1970"),
)


def test_each_finding_is_a_line_and_its_fix_stands_below() -> None:
    """Aligned, so that the eye finds the odd one."""
    assert list(page(FOUND, Ink(), columns=80)) == [
        "✓ Service  runs",
        "! Login    12 days to go",
        "           Run `tonearm login`.",
        "✗ Clock    it says 1970",
    ]


def test_what_does_not_fit_goes_on_below_itself() -> None:
    """No word is torn, and the subjects keep a column of their own."""
    assert list(page(FOUND[1:2], Ink(), columns=22)) == [
        "! Login  12 days to go",
        "         Run `tonearm",
        "         login`.",
    ]


def test_the_page_is_ascii_where_nothing_else_can_be_printed() -> None:
    """And says ok in letters."""
    shown = list(page(FOUND, Ink(is_unicode=False), columns=80))

    assert shown[0] == "ok Service  runs"
    assert all(line.isascii() for line in shown)


@pytest.mark.parametrize(("found", "is_failure"), [(FOUND, True), (FOUND[:2], False), ((), False)])
def test_only_a_failure_fails(found: tuple[Finding, ...], *, is_failure: bool) -> None:
    """A warning is for later."""
    assert has_failed(found) is is_failure


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings full of things that nobody else should see."""
    file = tmp_path / "tonearm.toml"
    file.write_text(f'[spotify]\nclient_id = "0123456789abcdef"\nclient_secret = "{CANARY}"\n')
    file.chmod(0o600)
    loaded = load({"HOME": str(tmp_path)}, config=file)
    return replace(loaded, hint=Hint(token=Secret(CANARY)))


def shown(settings: Settings, **changes: Any) -> dict[str, Any]:
    """Return the bundle, read again."""
    examination = Examination(findings=FOUND, settings=settings, report=report(**changes))
    home = str(settings.source.parent) if settings.source else "/nowhere"
    text = bundle(examination, {"HOME": home})
    assert home not in text
    content: dict[str, Any] = json.loads(text)
    return content


def test_the_bundle_holds_what_helps(settings: Settings) -> None:
    """Versions, settings, status and findings."""
    content = shown(settings, viewers=7)

    assert content["versions"]["tonearm"] == "0.1.0"
    assert content["settings"]["look"]["watched_s"] == 5
    assert content["settings"]["source"] == "~/tonearm.toml"
    assert content["status"]["viewers"] == 7
    assert content["findings"][2]["said"] == "it says 1970"


def test_the_bundle_holds_nothing_private(settings: Settings) -> None:
    """No secret, no account, nothing that was played, not even the whole Client ID."""
    text = json.dumps(shown(settings))

    for private in (CANARY, "Ann", "Paper Lanterns", "0123456789abcdef"):
        assert private not in text


def test_the_bundle_is_made_although_nothing_could_be_had() -> None:
    """That is when it is needed most."""
    text = bundle(Examination(findings=FOUND, settings=None, report=None), {"HOME": "/root"})

    assert json.loads(text)["settings"] is None
