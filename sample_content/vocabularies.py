"""Whose lists the vocabularies of the sample content are."""

#: What readers are told, and where the owner says more; by name.
KNOWN = {
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
