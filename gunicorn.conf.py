"""How gunicorn serves the site, unless its command line says otherwise."""

#: With threads a worker shows that it lives while it answers: a sync one would be killed in the middle of a long
#: download, such as a large export.
threads = 4
