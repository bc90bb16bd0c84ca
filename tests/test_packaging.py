"""What is built is whole, and works from anywhere, without the checkout and its links."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("poller", "server", "systemd", "web")
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", ".hypothesis", "__pycache__", "*_cache", "dist", "build"
)


def run(*command: object, cwd: Path) -> str:
    """Run a command away from the checkout and return what it printed."""
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build(kind: str, source: Path, into: Path) -> Path:
    """Build an sdist or a wheel with the hatchling of this environment; no network is needed."""
    run(
        *(sys.executable, "-m", "build", "--no-isolation", f"--{kind}", "--outdir", into, source),
        cwd=into.parent,
    )
    (built,) = into.iterdir()
    return built


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this checkout, links and all."""
    copy = tmp_path_factory.mktemp("checkout") / "tonearm"
    shutil.copytree(ROOT, copy, symlinks=True, ignore=LEFT_OUT)
    return copy


@pytest.fixture(scope="module")
def sdist(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the sdist."""
    return build("sdist", checkout, tmp_path_factory.mktemp("sdist") / "dist")


@pytest.fixture(scope="module")
def unpacked(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What somebody has who downloads the source: no links, no git."""
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    (unpacked,) = folder.iterdir()
    return unpacked


@pytest.fixture(scope="module")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel made from the checkout."""
    return build("wheel", checkout, tmp_path_factory.mktemp("wheel") / "dist")


@pytest.fixture(scope="module")
def wheel_of_sdist(unpacked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel made from the sdist."""
    return build("wheel", unpacked, tmp_path_factory.mktemp("wheel-of-sdist") / "dist")


def install(what: Path, venv: Path, *options: str) -> Path:
    """Install into a fresh venv that borrows our dependencies, and return its bin folder."""
    run(sys.executable, "-m", "venv", "--without-pip", venv, cwd=venv.parent)
    (packages,) = venv.glob("lib/python*/site-packages")
    # pip runs in the venv, so it sees the borrowed packages, hatchling among them.
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
    run(
        *(sys.executable, "-m", "pip", f"--python={venv / 'bin' / 'python'}", "install"),
        *(
            "--quiet",
            "--disable-pip-version-check",
            "--no-index",
            "--no-deps",
            "--ignore-installed",
        ),
        *(*options, what),
        cwd=venv.parent,
    )
    return venv / "bin"


@pytest.fixture(scope="module")
def from_wheel(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the bin folder of a venv with the wheel."""
    return install(wheel, tmp_path_factory.mktemp("from-wheel") / "venv")


@pytest.fixture(scope="module")
def editable(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the bin folder of a venv that runs the copied checkout."""
    venv = tmp_path_factory.mktemp("editable") / "venv"
    return install(checkout, venv, "--no-build-isolation", "--editable")


@pytest.fixture(params=["from_wheel", "editable"])
def installed(request: pytest.FixtureRequest) -> Path:
    """The bin folder of each kind of installation."""
    folder: Path = request.getfixturevalue(request.param)
    return folder


def names(wheel: Path) -> set[str]:
    """Return the files in a wheel, without those that describe it."""
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def test_wheel_holds_every_file_of_the_packages(wheel: Path, checkout: Path) -> None:
    """Code, card, pages, sample settings: nothing is forgotten and nothing else comes along."""
    expected = {
        f"tonearm/{path.relative_to(checkout)}"
        for package in PACKAGES
        for path in (checkout / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert names(wheel) == expected | {"tonearm/__main__.py"}


@pytest.mark.parametrize(
    "name",
    [
        "tonearm/web/card.js",
        "tonearm/systemd/tonearm.toml",
        *(f"tonearm/{package}/py.typed" for package in PACKAGES),
    ],
)
def test_wheel_holds_what_must_not_be_missing(wheel: Path, name: str) -> None:
    """The list above would not notice a file that is gone from both sides."""
    assert name in names(wheel)


def test_wheel_claims_one_name_only(wheel: Path) -> None:
    """No package called poller or server appears in anybody's site-packages."""
    assert {name.partition("/")[0] for name in names(wheel)} == {"tonearm"}


def test_wheel_made_from_the_sdist_is_the_same(wheel: Path, wheel_of_sdist: Path) -> None:
    """An sdist that followed the links would make an empty wheel, without an error."""
    assert names(wheel_of_sdist) == names(wheel)


@pytest.mark.parametrize(
    "name",
    ["Makefile", ".ci/run", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "tests"],
)
def test_sdist_holds_what_a_developer_needs(unpacked: Path, name: str) -> None:
    """A distribution can build it and run the tests."""
    assert (unpacked / name).exists()


def test_nothing_built_names_this_machine(unpacked: Path) -> None:
    """What is published says nothing of where it was built."""
    assert not [
        path
        for path in unpacked.rglob("*")
        if path.is_file() and str(ROOT).encode() in path.read_bytes()
    ]


def test_script_runs_from_any_folder(installed: Path, tmp_path: Path) -> None:
    """The console script needs no checkout around it."""
    assert re.fullmatch(
        r"tonearm, version \d+\.\d+\.\d+\S*\n",
        run(installed / "tonearm", "--version", cwd=tmp_path),
    )


def test_module_runs_from_any_folder(installed: Path, tmp_path: Path) -> None:
    """``python -m tonearm`` is the same command."""
    script = run(installed / "tonearm", "--version", cwd=tmp_path)

    module = run(installed / "python", "-m", "tonearm", "--version", cwd=tmp_path)

    assert module == script


def test_packages_are_those_just_installed(installed: Path, tmp_path: Path) -> None:
    """The tests above would prove nothing about a borrowed copy."""
    code = (
        "import importlib; print(*[importlib.import_module(f'tonearm.{name}').__file__"
        f" for name in {PACKAGES}], sep='\\n')"
    )

    files = run(installed / "python", "-c", code, cwd=tmp_path).splitlines()

    assert not [file for file in files if Path(file).is_relative_to(ROOT)]
    assert len(files) == len(PACKAGES)


def test_data_files_are_found(installed: Path, tmp_path: Path) -> None:
    """Card and settings travel with the code."""
    code = (
        "from importlib.resources import files;"
        "print(all(files(p).joinpath(n).is_file() for p, n in"
        " [('tonearm.web', 'card.js'), ('tonearm.systemd', 'tonearm.toml')]))"
    )

    assert run(installed / "python", "-c", code, cwd=tmp_path) == "True\n"


def test_editable_installation_sees_a_new_file_at_once(
    editable: Path,
    checkout: Path,
    tmp_path: Path,
) -> None:
    """A developer need not install again."""
    new = checkout / "poller" / "brand_new.py"
    new.write_text("WORD = 'new'\n", "utf-8")

    try:
        code = "from tonearm.poller.brand_new import WORD; print(WORD)"
        said = run(editable / "python", "-c", code, cwd=tmp_path)
    finally:
        new.unlink()  # the other tests share the copy

    assert said == "new\n"
