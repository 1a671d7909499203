"""Keys of the installation: made at random, readable by their owner alone, never a default."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

ROOT = Path(__file__).parents[3]
OURS = ("SECRET_KEY", "DATABASE_URL", "REDIS_URL")


def ask(home: Path, code: str, umask: int = 0o022, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a line in a process that knows nothing but its data folder."""
    known = {name: value for name, value in os.environ.items() if name not in OURS and not name.startswith("MLTRACK_")}
    given = {**known, **({"MLTRACK_HOME": str(home)} if home.name != "none" else {}), **more}
    command = [sys.executable, "-c", f"import os; os.umask({umask}); {code}"]
    return subprocess.run(command, env=given, cwd=ROOT, text=True, capture_output=True, timeout=120, check=False)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_generated_keys_are_their_owners_alone(tmp_path: Path, umask: int) -> None:
    home = tmp_path / "home"
    asked = ask(home, "from mltrack import env; print(env.secret_key(), *env.encryption_keys())", umask)
    secret, encryption = asked.stdout.split()
    for name, kept in (("secret_key", secret), ("encryption_keys", encryption)):
        assert (home / name).stat().st_mode & 0o777 == 0o600
        assert (home / name).read_text().strip() == kept
    assert len(secret) >= 60 and Fernet(encryption)


def test_they_stay_and_no_two_installations_share_them(tmp_path: Path) -> None:
    code = "from mltrack import env; print(env.secret_key(), *env.encryption_keys())"
    first, again, other = (ask(tmp_path / name, code).stdout for name in ("a", "a", "b"))
    assert first == again and not set(first.split()) & set(other.split())


@pytest.mark.parametrize("name", ["SECRET_KEY", "MLTRACK_ENCRYPTION_KEYS"])
def test_production_has_no_default(name: str) -> None:
    given = {"DATABASE_URL": "postgres://x@127.0.0.1:1/x", "SECRET_KEY": "k" * 50}
    given["MLTRACK_ENCRYPTION_KEYS"] = Fernet.generate_key().decode()
    for value in (None, ""):
        left: dict[str, Any] = {key: text for key, text in given.items() if key != name}
        left |= {name: value} if value is not None else {}
        asked = ask(Path("none"), "import mltrack.settings", **left)
        assert asked.returncode != 0 and f"{name} must be set" in asked.stderr


def test_no_key_stands_in_the_code() -> None:
    files = subprocess.run(["git", "ls-files", "mltrack", "projects", "kpis", "compose.yaml", "Dockerfile"],
                           cwd=ROOT, text=True, capture_output=True, check=True).stdout.split()  # fmt: skip
    for name in (each for each in files if each.endswith((".py", ".yaml", "Dockerfile")) and (ROOT / each).exists()):
        for line in (ROOT / name).read_text().splitlines():
            assert "django-insecure" not in line and "SECRET_KEY =" not in line.replace(
                "SECRET_KEY = env.secret_key()", ""
            )
