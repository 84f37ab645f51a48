import re
from pathlib import Path

import yaml
from django.conf import settings

READ = re.compile(r'\benv(?:_[a-z]+)?\(\s*"([A-Z_]+)"')
ROW = re.compile(r"^\| `([A-Z_]+)` \|", re.MULTILINE)


ROOT: Path = settings.BASE_DIR


def documented() -> list[str]:
    return ROW.findall((ROOT / "docs" / "operations.md").read_text(encoding="utf-8"))


def test_every_setting_is_documented() -> None:
    read = READ.findall((ROOT / "sentimatrix_studio" / "settings.py").read_text(encoding="utf-8"))
    assert "SECRET_KEY" in read
    assert sorted(documented()) == sorted(set(read))


def test_the_containers_are_given_settings_that_exist() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    given = {name for part in ("web", "worker", "migrate") for name in services[part]["environment"]}
    assert {"SECRET_KEY", "MONGODB_URI", "REDIS_URL"} <= given
    assert given <= set(documented())
    assert all(services[part]["env_file"] == [{"path": ".env", "required": False}] for part in ("web", "worker"))
