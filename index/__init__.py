"""Report file -> Report -> passages -> index. Knows nothing of questions."""
