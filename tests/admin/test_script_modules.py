"""ES modules combined into one."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from curation.admin_site.script_modules import NotCombinable, combine, imports_of

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "static" / "admin-curation"

SOURCES = {
    "base.js": 'export const log = [];\nexport class Log { add(text) { log.push(text); } }\nlog.push("base");\n',
    "left.js": 'import { log } from "./base.js";\nexport function left() { return "left"; }\nlog.push("left");\n',
    "right.js": 'import { log as notes } from "./base.js";\nimport "./left.js";\nconst log = 1;\nnotes.push(log);\n',
    "late.js": 'import { log } from "./base.js";\nlog.push("late");\nawait null;\nlog.push("later");\n',
    "main.js": 'import {\n  Log,\n  log,\n} from "./base.js";\nimport { left } from "./left.js";\n'
    "new Log().add(left());\nconsole.log(JSON.stringify(log));\n",
}


def url_of(path: str) -> str:
    return f"/static/{path.lstrip('./')}"


def run(script: str) -> str:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is not installed")
    command = [node, "--input-type=module", "--eval", script]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_each_module_runs_once_after_those_that_it_imports_and_with_names_of_its_own() -> None:
    script = combine(["right.js", "late.js", "main.js"], SOURCES.__getitem__, url_of)
    assert run(script) == '["base","left",1,"late","left"]'


def test_modules_of_other_folders_and_those_that_are_imported_later_stay_apart() -> None:
    source = 'import Bar from "../vendor/bar.js";\nimport { foo } from "../vendor/foo.js";\nimport("./late.js");\n'
    script = combine(["a.js"], lambda _name: source, url_of)
    assert script.splitlines()[:2] == [
        'import * as $___vendor_bar_js from "/static/vendor/bar.js";',
        'import * as $___vendor_foo_js from "/static/vendor/foo.js";',
    ]
    assert "const { foo } = $___vendor_foo_js;" in script
    assert "const Bar = $___vendor_bar_js.default;" in script
    assert 'import("/static/late.js");' in script


@pytest.mark.parametrize(
    "source",
    [
        'import a from "./b.js";',
        'import * as a from "./b.js";',
        "export default 1;",
        "export { a };",
        "export let a = 1;",
        "a(import.meta.url);",
    ],
)
def test_other_forms_are_refused(source: str) -> None:
    with pytest.raises(NotCombinable, match=re.escape(source.strip("a();")[:6])):
        combine(["a.js"], {"a.js": source, "b.js": ""}.__getitem__, url_of)


def test_modules_that_import_each_other_are_refused() -> None:
    sources = {"a.js": 'import "./b.js";', "b.js": 'import "./a.js";'}
    with pytest.raises(NotCombinable, match="import each other"):
        combine(["a.js"], sources.__getitem__, url_of)


def test_every_module_of_the_desk_can_be_combined() -> None:
    names = sorted(path.name for path in FOLDER.glob("*.js"))
    script = combine(names, lambda name: (FOLDER / name).read_text(), url_of)
    assert all(f"const ${re.sub(r'[^a-zA-Z0-9]', '_', name)} = " in script for name in names)


def test_imports_of_a_module_are_found_on_several_lines() -> None:
    assert imports_of(SOURCES["main.js"]) == ["base.js", "left.js"]
