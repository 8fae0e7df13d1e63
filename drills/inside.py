"""Run a module of the drills in a process of its own, on the site of the environment."""

import sys
from importlib import import_module

import django

if __name__ == "__main__":
    django.setup()
    import_module(f"drills.{sys.argv[1]}").main(sys.argv[2:])
