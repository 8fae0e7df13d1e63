"""The rules by which links to other sites are cleaned and compared, as data; docs/links.md has them as tables.

`curation.lib.web_urls` applies them. After a change, a migration makes the keys of stored links again
(`migrations/_links.py`).
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ParameterRule:
    """Query parameters that do not change the page that a link leads to, and the service that adds them.

    `names` are in lower case; one that ends with `*` stands for all that begin so. A rule with `hosts` is of these and
    the hosts below them, one with `values` of these values alone.
    """

    service: str
    names: tuple[str, ...]
    hosts: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


#: Parameters that track readers. They are removed from links when these are saved or imported.
TRACKING_RULES = (
    ParameterRule("Google Analytics, and others after it", ("utm_*", "_ga", "_gl")),
    ParameterRule("Google Ads", ("gclid", "gclsrc", "dclid", "gbraid", "wbraid")),
    ParameterRule("Matomo", ("mtm_*", "pk_*")),
    ParameterRule("HubSpot", ("hsa_*", "_hs*", "__hssc", "__hstc", "__hsfp", "hsctatracking")),
    ParameterRule("Facebook, Instagram", ("fbclid", "igshid")),
    ParameterRule("Microsoft", ("msclkid", "ocid")),
    ParameterRule("X (Twitter)", ("twclid", "ref_src", "ref_url", "__twitter_impression")),
    ParameterRule("LinkedIn", ("trk", "trkinfo", "li_fat_id")),
    ParameterRule("Yandex", ("yclid",)),
    ParameterRule("Mailchimp", ("mc_cid", "mc_eid")),
    ParameterRule("Marketo", ("mkt_tok",)),
    ParameterRule("Salesforce", ("sfmc_*",)),
    ParameterRule("Omeda", ("oly_*",)),
    ParameterRule("Vero", ("vero_*",)),
    ParameterRule("Alibaba", ("spm",)),
    ParameterRule("Webtrends, Adobe and other counters", ("wt.mc_id", "icid", "cmpid", "s_cid")),
    ParameterRule("Piano", ("at_medium", "at_campaign", "at_custom*", "at_link_*", "at_ptr_name", "at_bbc_team")),
)

_NETWORKS = (
    *("bluesky", "email", "facebook", "fb", "linkedin", "mastodon", "newsletter", "pinterest", "pocket", "reddit"),
    *("rss", "telegram", "threads", "tumblr", "tw", "twitter", "whatsapp", "jetpack-whatsapp", "x"),
)
_SHARE_IDS = ("em-share", "fb-share", "ig-share", "li-share", "re-share", "tw-share", "url-share", "wa-share")
#: Parameters by which sharing buttons, feeds and lists name the place of a link. Links keep them, because elsewhere a
#: parameter of the name may choose a page.
SHARE_RULES = (
    ParameterRule("sharing buttons (WordPress, Ghost and others)", ("ref", "share", "src"), values=_NETWORKS),
    ParameterRule("sharing buttons after The New York Times’s", ("smid",), values=_SHARE_IDS),
    ParameterRule("X (Twitter)", ("s", "t"), ("twitter.com", "x.com")),
    ParameterRule("X (Twitter), copied to other links", ("s",), values=("09", "12", "19", "20", "21", "46")),
    ParameterRule("YouTube", ("feature", "si"), ("youtube.com", "youtu.be")),
    ParameterRule("Instagram", ("igsh",), ("instagram.com",)),
    ParameterRule("Facebook", ("mibextid",), ("facebook.com",)),
    ParameterRule("LinkedIn", ("lipi", "rcm", "trackingid"), ("linkedin.com",)),
    ParameterRule("Medium", ("source", "sk"), ("medium.com",)),
    ParameterRule(
        "The New York Times",
        ("emc", "partner", "referringsource", "smid", "smtyp", "unlocked_article_code"),
        ("nytimes.com",),
    ),
    ParameterRule("The Washington Post", ("itid", "tid", "wpisrc", "wpmm"), ("washingtonpost.com",)),
    ParameterRule("Dow Jones", ("mod", "reflink", "st"), ("barrons.com", "marketwatch.com", "wsj.com")),
    ParameterRule("Bloomberg", ("leadsource", "sref", "srnd"), ("bloomberg.com",)),
    ParameterRule("Reuters", ("feedname", "feedtype", "rpc", "taid"), ("reuters.com",)),
    ParameterRule("Forbes", ("sh",), ("forbes.com",)),
    ParameterRule("The Guardian", ("cmp",), ("theguardian.com",)),
    ParameterRule("NPR", ("f", "ft", "sc"), ("npr.org",)),
    ParameterRule("Medscape", ("faf", "impid", "src", "uac"), ("medscape.com",)),
    ParameterRule("Elsevier", ("dgcid", "via"), ("sciencedirect.com", "thelancet.com")),
    ParameterRule("JAMA", ("guestaccesskey",), ("jamanetwork.com",)),
    ParameterRule("Questex", ("mrkid",), ("fiercebiotech.com", "fiercehealthcare.com", "fiercepharma.com")),
    ParameterRule("Becker's", ("origin",), ("beckershospitalreview.com", "beckerspayer.com")),
)

#: Parameters that ask for the AMP version of a page. Links keep them.
AMP_RULES = (
    ParameterRule("AMP", ("amp",), values=("", "1", "true")),
    ParameterRule("AMP at Arc XP", ("outputtype",), values=("amp",)),
)


@dataclass(frozen=True, slots=True)
class ViewerRule:
    """A site that shows the AMP versions of other sites' pages.

    `host` and `path` match the whole host and path. The group `page` of `path` is the address of the page without its
    scheme.
    """

    service: str
    example: str
    host: re.Pattern[str]
    path: re.Pattern[str]


VIEWER_RULES = (
    ViewerRule(
        "Google",
        "https://www.google.com/amp/s/example.org/story/",
        re.compile(r"(www\.)?google(\.[a-z]{2,3}){1,2}"),
        re.compile(r"/amp/(?:s/)?(?P<page>[^/]+\..*)"),
    ),
    ViewerRule(
        "AMP cache",
        "https://example-org.cdn.ampproject.org/c/s/example.org/story/",
        re.compile(r"([a-z0-9-]+\.)?cdn\.ampproject\.org"),
        re.compile(r"/[cv]/(?:s/)?(?P<page>[^/]+\..*)"),
    ),
)

#: First labels of the hosts that have the same pages as the host without them.
SAME_SITE_LABELS = ("www", "m", "mobile", "amp")
#: Sites with the label `m` inside their hosts: `en.m.wikipedia.org`.
MOBILE_LABEL_SITES = ("wikipedia.org", "wiktionary.org", "wikimedia.org")
#: The last part of a path that is the AMP version of the page above it.
AMP_PATH = "/amp"
#: Hosts, with those below them, of pages that differ in nothing but the case of their paths: titles, and short codes.
CASED_HOSTS = (
    *("wikipedia.org", "wiktionary.org", "wikimedia.org"),
    *("bit.ly", "buff.ly", "goo.gl", "is.gd", "lnkd.in", "ow.ly", "t.co", "tinyurl.com"),
)
