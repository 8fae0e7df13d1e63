"""Limits of a content file. The message about a value beyond one names it.

Limits of fields are the widths of the models' columns (a test holds the two together).
"""

# Of a file and its front matter, whatever the keys mean

MAX_FILE_BYTES = 10_000_000
MAX_FRONT_MATTER = 1_000_000  # characters, of TOML and JSON, whose parsers build the whole document
MAX_DEPTH = 20
MAX_VALUES = 10_000
MAX_KEY = 200
MAX_TEXT = 100_000
MAX_REPEATED = 1_000_000  # characters that the YAML aliases of a file expand to
MAX_PROBLEMS = 100

# Of fields, in characters

MAX_TITLE = 500
MAX_SLUG = 255
MAX_SUMMARY = 5_000
MAX_URL = 2_000
MAX_PATH = 500
MAX_MEDIA_PATH = 2_000  # a file name or site path; pipelines also leave signed addresses here
MAX_VOCABULARY = 100
MAX_TOPIC = 200
MAX_OFFERING = 300
MAX_PUBLISHER = 200
MAX_AUTHOR = 200
MAX_TAG = 100
MAX_VIA = 300
MAX_LABEL = 100  # kind, format, section
MAX_INSTITUTION = 300
MAX_ALT = 500
MAX_CRUMB = 200
MAX_META = 2_000
MAX_FILE_NAME = 255
MAX_SOURCE_SYSTEM = 100
MAX_EXTERNAL_ID = 500
MAX_LANGUAGE = 35  # the length that RFC 5646 (section 4.4.1) recommends to support
