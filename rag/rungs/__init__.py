"""Rungs of the verifier's ladder for freely worded sentences, one question each; rag/verify.py puts them in order.

A rung says why a claim fails, or "" where it has no objection.
"""
