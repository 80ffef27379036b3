"""python -m benchmarks.soak: a million predictions, and the memory meanwhile; `make soak`."""

from benchmarks.harness.bars import run
from benchmarks.soak import memory

if __name__ == "__main__":
    run("benchmarks.soak", {"memory": memory.drill})
