"""What `/metrics` tells monitoring: the times of requests, and what the database knows about jobs."""
