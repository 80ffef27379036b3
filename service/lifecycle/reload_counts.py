"""What has happened to the models in service since the start, in numbers."""

from dataclasses import dataclass


@dataclass
class ReloadCounts:
    """What has happened since the start, in numbers."""

    opened: int = 0
    refused: int = 0  # openings that failed
    swaps: int = 0  # times that a reference came to mean another version
    failed_looks: int = 0  # times that the registry could not be read
