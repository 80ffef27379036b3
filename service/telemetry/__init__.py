"""What is told of each request: its id, its log line, its metrics, its trace."""
