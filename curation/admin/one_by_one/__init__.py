"""One by one: the items of a list that lack a field, with that field alone."""
