"""Images: their grid, the page of one, uploading many, choosing one, and replacing one everywhere."""
