"""Between clas-qa and a language model's server: the way there, one thread for all calls, deadlines, faults, breaker and bulkhead."""
