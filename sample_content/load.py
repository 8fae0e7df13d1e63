"""Draw the pictures of the sample content and import it all, into a site that has no item yet."""

import os
from pathlib import Path

import django
from django.core.management import call_command

from sample_content import draw

CONTENT = Path(__file__).resolve().parent / "content"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medigy.settings")
    django.setup()
    from curation.models import CuratedItem  # needs Django set up

    if not CuratedItem.objects.exists():
        draw.main()
        call_command("import_markdown", CONTENT)


if __name__ == "__main__":
    main()
