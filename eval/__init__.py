"""Gold questions, metrics, runs and the gate. Written `from eval.metrics import …`: the name shadows a builtin."""
