"""Classical methods of a library, beside a model."""
