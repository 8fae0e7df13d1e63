"""What each recipe of CONTRIBUTING.md promises. `tests/test_recipes.py` runs these modules in a copy of the tree."""
