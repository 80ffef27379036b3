"""The models that come with the repository, each with the version that it holds."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
ARTIFACTS = ROOT / "models" / "artifacts"
REFERENCE_MODELS = {"sine-lstm": 3, "sine-simple-rnn": 3, "victoria-demand": 3}
