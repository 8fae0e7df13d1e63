"""The version of the read rules: a file that was read by another version is read again by the next import."""

import json
from collections.abc import Iterable
from hashlib import sha256

from curation.frontmatter import limits
from curation.lib.link_rules import TRACKING_RULES

from .rules import READ_RULES, ReadRule

#: Raise it when the same bytes are split, parsed or recognised as a dialect in another way; a rule has a `revision`.
PARSING_REVISION = 1


def version_of(rules: Iterable[ReadRule]) -> str:
    """Return 16 hexadecimal digits that change with the keys and revision of any rule, any limit, and cleaning."""
    facts = (
        PARSING_REVISION,
        sorted((rule.field, rule.keys, rule.revision) for rule in rules),
        sorted((name, value) for name, value in vars(limits).items() if name.isupper()),
        [rule.names for rule in TRACKING_RULES],
    )
    return sha256(json.dumps(facts).encode()).hexdigest()[:16]


#: The version by which files are read now, as `SourceDocument.rules_version` keeps it.
RULES_VERSION = version_of(READ_RULES)
