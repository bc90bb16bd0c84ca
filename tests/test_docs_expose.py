"""The pages on running it for years and showing it to the world: what they tell owners to write."""

import re
from pathlib import Path

import pytest
from documents import ROOT, Document

from tonearm.server.configuration.config import load
from tonearm.server.configuration.settings import Settings
from tonearm.systemd import installation

EXPOSE = Document.named("docs/expose.md")
PI = Document.named("docs/pi.md")
ANY_APP = {"TONEARM_SPOTIFY_CLIENT_ID": "0123456789abcdef0123456789abcdef", "HOME": "/"}

RECIPES = {
    section.partition("\n")[0]: section
    for section in re.split(r"^## ", EXPOSE.text, flags=re.MULTILINE)
    if "```toml" in section
}


def settings(recipe: str, folder: Path) -> Settings:
    """Read the settings of a recipe, as the service would."""
    (text,) = re.findall(r"^```toml\n(.*?)^```$", RECIPES[recipe], re.MULTILINE | re.DOTALL)
    file = folder / "tonearm.toml"
    file.write_text(text, "utf-8")
    return load(ANY_APP, config=file)


@pytest.mark.parametrize("recipe", RECIPES)
def test_settings_of_a_recipe_are_taken(recipe: str, tmp_path: Path) -> None:
    """They can be pasted, and name the address that the world will use."""
    assert settings(recipe, tmp_path).server.public_url is not None


@pytest.mark.parametrize("recipe", RECIPES)
def test_recipe_with_something_in_front_says_whom_to_trust(recipe: str, tmp_path: Path) -> None:
    """Nobody is trusted where nobody stands."""
    has_nobody_in_front = recipe in {"OBS on a second PC", "Without anything in front"}

    assert (settings(recipe, tmp_path).server.trusted_proxies == ()) is has_nobody_in_front


@pytest.mark.parametrize("recipe", RECIPES)
def test_recipe_names_its_trap(recipe: str) -> None:
    """Each of them has one."""
    assert "**The trap:**" in RECIPES[recipe]


@pytest.mark.parametrize(
    "place",
    [
        installation.SETTINGS,
        installation.STATE,
        installation.COMMAND,
        installation.UNIT,
        *installation.SLOTS,
    ],
    ids=str,
)
def test_pi_page_tells_where_things_are(place: Path) -> None:
    """What the installation puts somewhere, an owner finds there."""
    assert f"`{place}`" in PI.prose


def test_pi_page_shows_the_scripts_that_there_are() -> None:
    """Whoever types what stands there gets something done."""
    scripts = set(re.findall(r"systemd/\w+", "\n".join(PI.fences("sh"))))

    assert scripts == {"systemd/install", "systemd/uninstall"}
    assert all((ROOT / script).stat().st_mode & 0o111 for script in scripts)
