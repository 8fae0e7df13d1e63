"""Generated stories, the same in every run, for rows and files."""

from dataclasses import dataclass
from functools import cache
from random import Random

from django.utils.text import slugify

VOCABULARIES = {
    "Medigy": ["Telehealth", "AI", "Privacy", "Patient Safety", "Consumer Apps", "Startups", "Policy", "Research"],
    "Symplur": ["Digital Technology", "COVID-19", "Digital Health", "mHealth", "Oncology", "Diabetes", "Nursing"],
    "Gartner": ["Digital Care", "Diagnostic Analytics", "Care Coordination", "Genomics", "Remote Monitoring"],
    "KLAS": ["Locating & Tracking", "Acute EMR", "Imaging", "Population Health", "Revenue Cycle", "Speech"],
    "Healthcare IT News": ["Wayfinding", "Interoperability", "Cloud", "Cybersecurity", "Workforce", "Analytics"],
}
TOPICS_A_VOCABULARY = 12
PUBLISHERS = 150
AUTHORS = 200
OFFERINGS = 300
TAGS = 80

SUBJECTS = ["Hospitals", "Clinics", "Researchers", "Insurers", "Nurses", "Startups", "Regulators", "Patients"]
VERBS = ["adopt", "question", "test", "fund", "measure", "share", "secure", "rethink"]
OBJECTS = ["remote monitoring", "virtual care", "health records", "wearables", "triage", "open data", "imaging", "AI"]
#: Number of less common words. Every story has some of the words above, but few stories share one of these.
OTHER_WORDS = 20_000
SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]
PLACES = ["in Ohio", "in Kerala", "across Europe", "in rural areas", "at home", "in trials", "after the pandemic"]


@dataclass(frozen=True, slots=True)
class TopicName:
    vocabulary: str
    label: str

    def __str__(self) -> str:
        return f"{self.vocabulary}: {self.label}"

    @property
    def slug(self) -> str:
        return slugify(f"{self.vocabulary} {self.label}")


@cache
def topic_names() -> list[TopicName]:
    """Return 60 topics of five vocabularies, the most written about first; the vocabularies take turns."""
    labels = [
        [*known, *(f"{name} Theme {number}" for number in range(len(known) + 1, TOPICS_A_VOCABULARY + 1))]
        for name, known in VOCABULARIES.items()
    ]
    return [
        TopicName(name, label)
        for row in zip(*labels, strict=True)
        for name, label in zip(VOCABULARIES, row, strict=True)
    ]


def skewed(random: Random, count: int) -> int:
    """Return an index below `count`; small ones are far more frequent, as popular topics are."""
    return int(count * random.random() ** 3)


def several(random: Random, count: int, most: int) -> list[int]:
    """Return one to `most` different indexes below `count`, skewed."""
    return list(dict.fromkeys(skewed(random, count) for _ in range(random.randint(1, most))))


def some_topics(random: Random, most: int) -> list[TopicName]:
    names = topic_names()
    return [names[index] for index in several(random, len(names), most)]


@cache
def other_words() -> list[str]:
    """Return made-up words of three syllables, the most frequent first."""
    random = Random(2)
    return ["".join(random.choices(SYLLABLES, k=3)) for _ in range(OTHER_WORDS)]


def some_words(random: Random, count: int) -> list[str]:
    """Return some less common words. The first few occur in half of all stories, most in one of a thousand."""
    words = other_words()
    return [words[skewed(random, len(words))] for _ in range(count)]


def publisher(number: int) -> str:
    return f"paper{number}.example.org"


def title(random: Random) -> str:
    return " ".join(random.choice(words) for words in (SUBJECTS, VERBS, OBJECTS, PLACES))


def summary(random: Random) -> str:
    return " ".join(f"{title(random)}." for _ in range(5))


def body(random: Random, paragraphs: int = 4) -> str:
    """Return HTML as the curation pipeline writes it, about 350 characters a paragraph, with a list and a link."""
    sentences = [[f"{title(random)}." for _ in range(8)] for _ in range(paragraphs)]
    text = "".join(f"<p>{' '.join(sentence)}</p>" for sentence in sentences)
    points = "".join(f"<li>{title(random)}</li>" for _ in range(4))
    return (
        f'{text}<ul>{points}</ul><p>More at <a href="https://example.org/{random.randint(1, 9999)}">the source</a>.</p>'
    )
