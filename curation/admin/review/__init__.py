"""The review queue of the desk."""
