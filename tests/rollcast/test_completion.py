"""What shells offer: bash for real, zsh and fish as their scripts ask."""

import sys
from pathlib import Path

import pytest

from models.registry.registry import Registry
from tests.rollcast.conftest import Command
from tests.rollcast.terminal import on_terminal


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder with the command, as an installation has it."""
    program = tmp_path / "programs" / "rollcast"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\nfrom rollcast.__main__ import run\n\nrun()\n")
    program.chmod(0o755)
    return program.parent


def test_bash_completes_commands_models_versions_aliases_flags_and_recipes(
    programs: Path, registry: Registry, tmp_path: Path
) -> None:
    variables = {
        "PATH": f"{programs}:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "PS1": "$ ",
        "ROLLCAST_REGISTRY": registry.storage.location,
    }
    with on_terminal(["bash", "--norc", "--noprofile", "-i"], **variables, TERM="dumb", INPUTRC="/dev/null") as bash:
        bash.type('bind "set bell-style none"; eval "$(rollcast --show-completion)"; echo re"ad"y\n')
        bash.wait_for("ready")
        for typed, completed in (
            ("mod", "models "),
            ("models promote dri", "models promote driven "),
            ("predict tin", "predict tiny "),
            ("predict tiny@", "predict tiny@1 "),
            ("predict many@ch", "predict many@champion "),
            ("predict many@champion --hor", "predict many@champion --horizon "),
            ("evaluate tiny --against pai", "evaluate tiny --against pair "),
            ("train m3", "train m3-monthly "),
            ("predict --registry /none tin", "predict --registry /none tin"),
        ):
            begun = len(bash.shown)
            bash.type(f'rollcast {typed}\t\x01echo "<\x05>"\n')  # Ctrl-A and Ctrl-E put quotes around the line
            bash.wait_for(">\r\n", begun)
            assert f"<rollcast {completed}>\r\n" in bash.shown[begun:], bash.shown[begun:]
        bash.type("exit\n")
        bash.end()


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("rollcast predict m", ["many"]),
        ("rollcast predict many@", ["many@champion", "many@3", "many@2", "many@1"]),
        ("rollcast models show none@", []),
        ("rollcast models prune ", ["driven", "many", "pair", "tiny"]),
        ("rollcast models promote many ", []),
        ("rollcast train sine-", ["sine-lstm", "sine-simple-rnn", "sine-simple-rnn-lead1"]),
    ],
)
def test_zsh_and_fish_are_offered_whole_words(
    rollcast: Command, registry: Registry, monkeypatch: pytest.MonkeyPatch, line: str, offered: list[str]
) -> None:
    monkeypatch.setenv("ROLLCAST_REGISTRY", registry.storage.location)
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", line)
    monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
    monkeypatch.setenv("_ROLLCAST_COMPLETE", "complete_fish")
    assert rollcast().out.split() == offered
    monkeypatch.setenv("_ROLLCAST_COMPLETE", "complete_zsh")
    quoted = "\n".join(f'"{each}"' for each in offered)
    assert rollcast().out == (f"_arguments '*: :(({quoted}))'\n" if offered else "_files\n")


def test_a_registry_that_can_not_be_read_offers_nothing_and_says_nothing(
    rollcast: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ROLLCAST_REGISTRY", str(tmp_path / "file"))
    monkeypatch.setenv("_ROLLCAST_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "rollcast\npredict\nti")
    monkeypatch.setenv("COMP_CWORD", "2")
    assert rollcast() == (0, "\n", "")
