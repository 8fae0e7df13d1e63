"""Descriptions of the vocabularies in the sample content."""

#: Description and website by name.
DESCRIPTIONS = {
    "Gartner": (
        "Markets and technologies as Gartner, a research and advisory company, names them.",
        "https://www.gartner.com/",
    ),
    "KLAS": (
        "Kinds of healthcare software and services as KLAS Research, which asks providers about them, divides them.",
        "https://klasresearch.com/",
    ),
    "Medigy": ("This site's own topics.", ""),
    "Symplur": (
        "Topics of conversations about healthcare, after the hashtags that Symplur collects.",
        "https://www.symplur.com/",
    ),
}
