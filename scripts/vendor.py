"""Fetch the packages of others that pages of the admin use: `python -m scripts.vendor`, after `VENDORED` has changed.

Each is taken from npm, in the version and with the SHA-512 that stand here, and its files are copied as they are, with
the licence beside them, into `static/vendor/NAME@VERSION/`. Scripts import them from there.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"


@dataclass(frozen=True, slots=True)
class Vendored:
    """A package of npm. `integrity` is the SHA-512 of its archive as lock files of npm write it, without the prefix;
    `files` are paths in it with the SHA-256 of each.
    """

    package: str
    version: str
    integrity: str
    files: dict[str, str]

    @property
    def folder(self) -> Path:
        return VENDOR / f"{self.package.rpartition('/')[2]}@{self.version}"


VENDORED = (
    Vendored(
        # The buttons above the body: a custom element that needs no other package.
        "@github/markdown-toolbar-element",
        "2.2.3",
        "AlquKGee+IWiAMYVB0xyHFZRMnu4n3X4HTvJHu79GiVJ1ojTukCWyxMlF5NMsecoLcBKsuBhx3QPv2vkE/zQ0A==",
        {
            "dist/index.js": "1f8dd41b82888cd538bdaf6d4a7bdd368271fb26b0c9942913e5b72fcbb1cf55",
            "LICENSE": "368b78ebed58c55ab2d7a2bc05f292492b266a262d1fc7c08fcccff378aa94b2",
        },
    ),
    Vendored(
        # Formatted text that is pasted into the body, as Markdown. In browsers it needs no other package.
        "turndown",
        "7.2.5",
        "EKZvCCFHh8sWttpAMs10U6niZFJ2cpz8LkCPlylxoG4JcHF50J7EHnnBW3AY1qXtUMu7kDjCp7dnggB1sIbqEQ==",
        {
            "lib/turndown.browser.es.js": "bea8cd6ac440d6fcf5b3617c7ba49fb2917beedfc8522c0af7c95ce9a6214354",
            "LICENSE": "a055e3a15db4b4cbb5af381230eba085603126d7d5d8c4dae45ee85b877a9729",
        },
    ),
)


def vendor(package: Vendored) -> None:
    """Fetch a package and copy its files. Raises `ValueError` if the archive or a file is not the expected one."""
    with TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", f"{package.package}@{package.version}"]
        result = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
        archive = Path(folder) / result.stdout.split()[-1]
        _check_archive(package, archive.read_bytes())
        shutil.rmtree(package.folder, ignore_errors=True)
        package.folder.mkdir(parents=True)
        with tarfile.open(archive) as tar:
            for path, digest in package.files.items():
                member = tar.extractfile(f"package/{path}")
                content = member.read() if member else b""
                _check(package, path, digest, hashlib.sha256(content).hexdigest())
                (package.folder / Path(path).name).write_bytes(content)


def _check_archive(package: Vendored, content: bytes) -> None:
    digest = base64.b64encode(hashlib.sha512(content).digest()).decode()
    _check(package, "the archive", package.integrity, digest)


def _check(package: Vendored, name: str, expected: str, found: str) -> None:
    if found != expected:
        raise ValueError(f"{package.package} {package.version}: the digest of {name} is {found}, not {expected}")


def main() -> None:
    try:
        for package in VENDORED:
            vendor(package)
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        sys.exit(f"Not fetched: {error}. static/vendor may be incomplete; mend it with git.")


if __name__ == "__main__":
    main()
