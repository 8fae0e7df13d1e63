"""What runs in the background. Each task is a thin call into the room that knows the subject."""
