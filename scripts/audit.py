"""Look up the pinned packages among published vulnerabilities. Called by `make audit`.

Exit status: 0 if none is known, 1 for a vulnerability, 3 if the advisory service does not answer for every package.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parent.parent / "requirements-dev.lock"
COMMAND = [
    sys.executable,
    "-m",
    "pip_audit",
    "--format",
    "json",
    "--no-deps",
    "--disable-pip",
    "--progress-spinner",
    "off",
]
VULNERABLE, UNKNOWN = 1, 3


def judge(packages: list[dict[str, Any]]) -> int:
    """Print what an audit found, and return the exit status.

    `packages` are the `dependencies` of pip-audit's JSON. Without `--strict`, pip-audit calls a package that it could
    not look up harmless; here it counts as unknown.
    """
    skipped = [package for package in packages if "skip_reason" in package]
    found = [(package, vulnerability) for package in packages for vulnerability in package.get("vulns", [])]
    for package, vulnerability in found:
        fixed = ", ".join(vulnerability["fix_versions"]) or "none yet"
        print(f"{package['name']} {package['version']}: {vulnerability['id']}. Fixed in: {fixed}")
    if found:
        print("Raise the versions in requirements.txt or requirements-dev.txt, and run make lock.", file=sys.stderr)
        return VULNERABLE
    if skipped or not packages:
        print(
            f"Not audited: {len(skipped)} of {len(packages)} packages. The advisory service does not answer; "
            "run make audit where it can be reached.",
            file=sys.stderr,
        )
        return UNKNOWN
    print(f"{len(packages)} packages, no published vulnerability")
    return 0


def main() -> None:
    result = subprocess.run([*COMMAND, "--requirement", str(LOCK)], capture_output=True, text=True, check=False)
    try:
        packages = json.loads(result.stdout)["dependencies"]
    except ValueError:  # it ended with a message
        print(result.stderr.strip() or f"pip-audit ended with {result.returncode}", file=sys.stderr)
        packages = []
    sys.exit(judge(packages))


if __name__ == "__main__":
    main()
