"""The same files through Hugo, where it is installed: the yardstick of an import."""

import shutil
from pathlib import Path

CONFIG = """
baseURL = "https://bench.example.org/"
title = "Benchmark"
paginate = 20
[markup.goldmark.renderer]
unsafe = true
[taxonomies]
author = "author"
category = "categories"
tag = "tags"
"""
PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{{ .Title }}</title><meta name="description" content="{{ .Description }}"></head>
<body><header><a href="/">{{ site.Title }}</a></header><main>%s</main></body>
</html>
"""
SINGLE = """<article><h1>{{ .Title }}</h1><p>{{ .Date.Format "2 January 2006" }}, {{ delimit .Params.author ", " }}</p>
{{ with .Params.link.href }}<a href="{{ . }}">Read at the source</a>{{ end }}
{{ .Content }}
<ul>{{ range .GetTerms "categories" }}<li><a href="{{ .RelPermalink }}">{{ .LinkTitle }}</a></li>{{ end }}</ul>
<ul>{{ range .Params.relatedOfferings }}<li><a href="{{ .permalink }}">{{ .label }}</a></li>{{ end }}</ul></article>"""
LIST = """<h1>{{ .Title }}</h1>
{{ range .Paginator.Pages }}<article><h2><a href="{{ .RelPermalink }}">{{ .Title }}</a></h2><p>{{ .Description }}</p>
</article>{{ end }}{{ template "_internal/pagination.html" . }}"""


def command(folder: Path, content: Path) -> tuple[str, ...] | None:
    """Write a site around a content folder, and return what builds it: `None` where Hugo is not installed."""
    if not shutil.which("hugo"):
        return None
    layouts = folder / "layouts" / "_default"
    layouts.mkdir(parents=True)
    (folder / "config.toml").write_text(CONFIG)
    (layouts / "single.html").write_text(PAGE % SINGLE)
    (layouts / "list.html").write_text(PAGE % LIST)
    return ("hugo", "--quiet", "--source", str(folder), "--contentDir", str(content))
