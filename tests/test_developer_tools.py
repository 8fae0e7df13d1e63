"""The help of the Makefile, the git hooks, the hosted workflow and the editor settings match the tools they run."""

import os
import re
import shutil
import subprocess
import tomllib
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import editorconfig
import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
MAKEFILE = (ROOT / "Makefile").read_text()
HOOKS_FILE = ".pre-commit-config.yaml"
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / HOOKS_FILE).read_text())["repos"][0]["hooks"]


def run(*command: str, folder: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | variables
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def phony_targets() -> set[str]:
    found = re.search(r"^\.PHONY: ((?:.*\\\n)*.*)$", MAKEFILE, re.MULTILINE)
    assert found
    return set(found[1].replace("\\", "").split())


@pytest.fixture(scope="module")
def printed_help() -> str:
    return run("make", "--no-print-directory", "help").stdout


def test_make_help_names_every_target_in_the_order_of_the_makefile(printed_help: str) -> None:
    named = re.findall(r"^  make ([a-z-]+) +\S", printed_help, re.MULTILINE)
    assert named == re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE)
    assert set(named) == phony_targets()


def test_make_help_names_every_variable_with_the_targets_that_read_it(printed_help: str) -> None:
    named = re.findall(r"^  ([A-Z]+) .*\(([a-z, ]+)\)$", printed_help, re.MULTILINE)
    assert [name for name, _ in named] == re.findall(r"^([A-Z]+) \?=", MAKEFILE, re.MULTILINE)
    assert {target for _, targets in named for target in targets.split(", ")} <= phony_targets()


def test_make_help_is_aligned_and_fits_a_terminal(printed_help: str) -> None:
    columns = {len(line) for line in re.findall(r"^  make [a-z-]+ +", printed_help, re.MULTILINE)}
    assert len(columns) == 1
    assert max(map(len, printed_help.splitlines())) <= 100


@pytest.mark.xdist_group("one")
def test_tests_of_a_group_run_in_one_process(request: pytest.FixtureRequest) -> None:
    """Some versions of pytest and pytest-xdist ignore groups together, without a word."""
    assert "PYTEST_XDIST_WORKER" not in os.environ or request.node.nodeid.endswith("@one")


def test_git_hooks_run_the_programs_that_the_requirements_pin() -> None:
    pinned = {
        re.sub(r"[-_.]+", "-", name).lower()
        for name in re.findall(r"^([\w.-]+)==", (ROOT / "requirements-dev.txt").read_text(), re.MULTILINE)
    }
    for hook in HOOKS:
        folder, program = os.path.split(hook["entry"].split()[0])
        assert folder == ".venv/bin"
        scripts = entry_points(group="console_scripts", name=program)
        owners = {script.dist.name.lower().replace("_", "-") for script in scripts if script.dist} or {program}
        assert owners <= pinned, hook["id"]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository with the settings of the hooks and the virtual environment, but none of the files."""
    if shutil.which("git") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("git is not installed")
    for name in (HOOKS_FILE, "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    (tmp_path / ".gitignore").write_text(".venv\n.ruff_cache\n")
    assert run("git", "init", "--quiet", folder=tmp_path).returncode == 0
    return tmp_path


def run_hooks(clone: Path, **variables: str) -> dict[str, str]:
    """Run the hooks on all files, and return `Passed`, `Failed` or `Skipped` by the hook's ID."""
    assert run("git", "add", "--all", folder=clone).returncode == 0
    command = (str(ROOT / ".venv/bin/pre-commit"), "run", "--all-files", "--color=never")
    output = run(*command, folder=clone, PRE_COMMIT_HOME=str(clone.parent / "hooks"), **variables).stdout
    results = dict(re.findall(r"^(.+?)\.{2,}.*?(Passed|Failed|Skipped)$", output, re.MULTILINE))
    return {hook["id"]: results[hook["name"]] for hook in HOOKS}


FAULTS = {
    "ruff-check": ("module.py", "import os\n"),
    "ruff-format": ("module.py", "x = [1,2]\n"),
    "djlint": ("templates/page.html", "<p>{{name}}</p>\n"),
    "trailing-whitespace": ("notes.txt", "A line. \n"),
    "end-of-file-fixer": ("notes.txt", "A line."),
    "check-added-large-files": ("scan.bin", "x" * 600_000 + "\n"),
    "check-merge-conflict": ("notes.txt", "<<<<<<< HEAD\nOne.\n=======\nTwo.\n>>>>>>> other\n"),
}


@pytest.mark.long
@pytest.mark.parametrize("hook", [hook["id"] for hook in HOOKS])
def test_each_git_hook_refuses_its_fault_and_no_other_does(hook: str, clone: Path) -> None:
    name, text = FAULTS[hook]
    (clone / name).parent.mkdir(exist_ok=True)
    (clone / name).write_text(text)
    assert {other for other, result in run_hooks(clone).items() if result == "Failed"} == {hook}


def test_git_hooks_leave_content_as_it_was_written(clone: Path) -> None:
    page = clone / "tests/content/page.md"
    page.parent.mkdir(parents=True)
    page.write_bytes(b"A hard break:  \r\nthe next line")
    assert "Failed" not in run_hooks(clone).values()
    assert page.read_bytes() == b"A hard break:  \r\nthe next line"


@pytest.mark.long
def test_the_repository_passes_its_git_hooks(clone: Path) -> None:
    tracked = run("git", "ls-files", "-z").stdout.split("\0")[:-1]
    if not tracked:
        pytest.skip("this copy is not a git repository")
    for name in tracked:
        if (ROOT / name).is_file():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, clone / name)
    # `make lint` runs these three on the whole repository.
    results = run_hooks(clone, SKIP="ruff-check,ruff-format,djlint")
    assert "Failed" not in results.values(), results


def test_the_workflow_runs_the_script_of_build_servers_with_few_permissions() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
    (job,) = workflow["jobs"].values()
    assert workflow["permissions"] == {"contents": "read"}
    assert job["timeout-minutes"] <= 25
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run"]
    assert os.access(ROOT / ".ci/run", os.X_OK)


def test_the_workflow_tests_the_oldest_python_that_is_supported() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
    (job,) = workflow["jobs"].values()
    (version,) = (step["with"]["python-version"] for step in job["steps"] if "python-version" in step.get("with", {}))
    assert read_pyproject()["project"]["requires-python"] == f">={version}"


def read_pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def editor_settings(name: str) -> dict[str, str]:
    return dict(editorconfig.get_properties(str(ROOT / name)))


def test_editors_indent_and_wrap_as_the_formatters_do() -> None:
    tools = read_pyproject()["tool"]
    python, template = editor_settings("curation/module.py"), editor_settings("templates/page.html")
    assert (python["indent_style"], python["indent_size"]) == ("space", "4")
    assert python["max_line_length"] == str(tools["ruff"]["line-length"])
    assert template["max_line_length"] == str(tools["djlint"]["max_line_length"])
    assert (template["indent_style"], template["indent_size"]) == ("space", str(tools["djlint"]["indent"]))
    assert editor_settings("Makefile")["indent_style"] == "tab"


def test_editors_do_to_files_what_the_git_hooks_do() -> None:
    for name in ("curation/module.py", "templates/page.html", "docs/page.md"):
        settings = editor_settings(name)
        assert (settings["trim_trailing_whitespace"], settings["insert_final_newline"]) == ("true", "true")
    for folder in ("benchmarks/fidelity", "sample_content", "tests"):
        settings = editor_settings(f"{folder}/content/page.md")
        assert (settings["trim_trailing_whitespace"], settings["insert_final_newline"]) == ("unset", "unset")
