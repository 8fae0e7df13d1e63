"""Draw the pictures of the sample content, import it and describe its vocabularies, unless the site has items.

Its topics are kept: they need no editor's look, unlike those of other imports.
"""

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
    from curation.items import topics  # these need Django set up
    from curation.items.actors import Actor
    from curation.models import CuratedItem, Topic, Vocabulary

    if not CuratedItem.objects.exists():
        draw.main()
        before = set(Topic.objects.values_list("pk", flat=True))
        call_command("import_markdown", CONTENT)
        topics.keep(Topic.objects.exclude(pk__in=before), Actor.command("sample_content"))
        for name, (description, url) in DESCRIPTIONS.items():
            Vocabulary.objects.filter(name=name, description="").update(description=description, url=url)


if __name__ == "__main__":
    main()
