"""What the command does with a version that comes from elsewhere, and what it says of it."""

import typer

from models.interchange.importer import import_version
from models.interchange.sent_version import SentVersion
from models.registry.registry import Registry
from rollcast.console import show_json
from rollcast.published import published_document, tell_published
from training.report.model_card import CARD, card_markdown


def take_in(sent: SentVersion, registry: Registry, *, as_json: bool) -> None:
    """Publish it under its own number, or the next one, which is said. Raises RollcastError."""
    own = sent.manifest
    pictures = [name for name in own.files if name.endswith(".png")]

    def card(number: int) -> dict[str, bytes]:
        return {CARD: card_markdown(f"{own.name}@{number}", own, pictures).encode()}

    manifest, added = import_version(registry, sent, card)
    if as_json:
        show_json({**published_document(registry, manifest), "added": added})
        return
    if not added:
        typer.echo(f"{own.title} is there already, the very same: nothing was imported")
        return
    taken = f"{own.name} has had a version {own.version} here, or a higher one: this is {manifest.version}"
    tell_published(registry, manifest, [taken] if manifest.version != own.version else [], done="imported")
