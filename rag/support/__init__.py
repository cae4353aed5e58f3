"""Whether passages support a claim, read word by word by the bundled network with an adapter of its own; see README.md here."""
