"""What the web counts; /metrics tells it with all else that this process counts. Labels hold no words of anybody."""

from prometheus_client import Counter, Gauge, Histogram

ANSWERS = Counter(
    "clas_qa_answers",
    "Questions that were worked on: by the status of the answer, left (by whoever asked) or failed, and by who worded it",
    ["status", "mode"],
)
SECONDS = Histogram(
    "clas_qa_answer_seconds",
    "Seconds that a question took, however it ended, by who worded the answer",
    ["mode"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120),
)
UNDER_WAY = Gauge("clas_qa_answers_under_way", "Questions being worked on", multiprocess_mode="livesum")
DRAFTS = Counter("clas_qa_checked_drafts", "Drafts that were sent in to be checked, by whether they held", ["ok"])
