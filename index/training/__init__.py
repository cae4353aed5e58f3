"""How the adapter of the bundled embedding was trained: invented passages with the questions they answer (README.md here)."""
