"""`python -m rollcast` is `rollcast`."""

from rollcast.cli import main

main()
