"""How much a file may hold. Every limit is named in the message of whoever meets it.

The widths of fields are those of the models' columns (a test holds the two together), so that what is read fits.
"""

# A file, and its front matter before anybody knows what the keys mean

MAX_FILE_BYTES = 10_000_000
MAX_FRONT_MATTER = 1_000_000  # characters, TOML and JSON: their parsers take a document whole (YAML comes in events)
MAX_DEPTH = 20
MAX_VALUES = 10_000
MAX_KEY = 200
MAX_TEXT = 100_000
MAX_REPEATED = 1_000_000  # characters that YAML aliases stand for
MAX_PROBLEMS = 100

# Fields, in characters

TITLE = 500
SLUG = 255
SUMMARY = 5_000
URL = 2_000
PATH = 500
MEDIA_PATH = 2_000  # a file name or site path; pipelines also leave signed addresses here
VOCABULARY = 100
TOPIC = 200
OFFERING = 300
PUBLISHER = 200
AUTHOR = 200
TAG = 100
VIA = 300
LABEL = 100  # kind, format, section
INSTITUTION = 300
ALT = 500
CRUMB = 200
META = 2_000
FILE_NAME = 255
SOURCE_SYSTEM = 100
EXTERNAL_ID = 500
LANGUAGE = 35  # what RFC 5646 (section 4.4.1) has room for
