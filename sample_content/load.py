"""Draw the pictures of the sample content, import it and describe its vocabularies, unless the site has items."""

import os
from pathlib import Path

import django
from django.core.management import call_command

from sample_content import draw
from sample_content.vocabularies import DESCRIPTIONS

CONTENT = Path(__file__).resolve().parent / "content"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medigy.settings")
    django.setup()
    from curation.models import CuratedItem, Vocabulary  # needs Django set up

    if not CuratedItem.objects.exists():
        draw.main()
        call_command("import_markdown", CONTENT)
        for name, (description, url) in DESCRIPTIONS.items():
            Vocabulary.objects.filter(name=name, description="").update(description=description, url=url)


if __name__ == "__main__":
    main()
