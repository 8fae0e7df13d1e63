"""The programs that the Makefile runs."""

from pathlib import Path

import pytest

from scripts import mutants
from scripts.mutants import Module, Result, Survivor
from scripts.run import read_port


@pytest.mark.parametrize("typed", ["", "abc", "-1", "0", "80.5", "65536"])
def test_a_text_that_is_not_a_port_number_is_refused_with_a_message(typed: str) -> None:
    with pytest.raises(SystemExit, match="is not a port number"):
        read_port(typed)


def test_a_port_number_is_read() -> None:
    assert read_port("8001") == 8001


MODULE = Module("curation/items/merge.py", ("tests/importing/history/test_merge.py",))
KNOWN = Survivor("curation.items.merge.merge", "-    a = 1\n+    a = 2")
NEW = Survivor("curation.items.merge.merge", "-    a = 1\n+    a = None")


def test_a_run_passes_if_every_mutant_that_survives_is_listed() -> None:
    assert mutants.judge([Result(MODULE, 19, 0, [KNOWN])], {KNOWN: "It is equal."})


def test_a_run_fails_for_a_mutant_that_survives_and_is_not_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert not mutants.judge([Result(MODULE, 99, 0, [NEW])], {})
    assert "+    a = None" in capsys.readouterr().out


def test_a_run_fails_for_a_listed_mutant_that_does_not_survive() -> None:
    assert not mutants.judge([Result(MODULE, 100, 0, [])], {KNOWN: "It is equal."})
    elsewhere = Survivor("curation.items.roles.group_of", KNOWN.change)
    assert mutants.judge([Result(MODULE, 100, 0, [])], {elsewhere: "It is equal."})


def test_a_run_fails_if_too_few_mutants_of_a_module_die(capsys: pytest.CaptureFixture[str]) -> None:
    other = Module("curation/items/roles.py", ("tests/items/test_roles.py",))
    assert not mutants.judge([Result(MODULE, 18, 0, [KNOWN]), Result(other, 999, 0, [])], {KNOWN: "It is equal."})
    assert "write tests for curation/items/merge.py." in capsys.readouterr().err
    assert mutants.judge([Result(MODULE, 10, 9, [KNOWN])], {KNOWN: "It is equal."})


def test_mutants_are_listed_with_their_reasons_for_modules_and_tests_that_exist() -> None:
    modules, reasons = mutants.read_list()
    assert all(Path(path.partition("::")[0]).exists() for module in modules for path in (module.path, *module.tests))
    assert all(reason.strip() for reason in reasons.values())
    for survivor in reasons:
        assert any(survivor.function.startswith(f"{module.name}.") for module in modules)
        path = next(module.path for module in modules if survivor.function.startswith(f"{module.name}."))
        removed = [line[1:] for line in survivor.change.splitlines() if line.startswith("-")]
        assert all(line.strip() in Path(path).read_text() for line in removed), survivor
