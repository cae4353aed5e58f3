"""The edges that people and programs touch: HTTP API, chat, pages. Thin; answers come from `rag`."""
