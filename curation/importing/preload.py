"""What parser processes share: imported once, in the process that they are forked from."""

import django

django.setup()

import curation.importing.parse  # noqa: E402, F401
