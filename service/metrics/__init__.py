"""What the service counts, and how all of its workers tell it as one."""
