"""`rollcast models`: what the registry holds, whether it is whole, which version is the champion, which may go."""

from typing import Annotated

import typer

from models.errors import RefusedVersion, RegistryError, RollcastError
from models.references import CHAMPION, parse_reference
from models.registry.pruner import prune
from models.registry.registry import Registry
from models.spec.manifest_seal import UNSEALED
from models.spec.wording import Fact, data_facts, model_facts, network_name, score_facts
from rollcast.console import show_table, warn
from rollcast.options import NameArgument, RegistryOption, open_registry
from training.report.tables import errors_table, intervals_table

STEPS = 6  # about so many in a table of `show`

ChosenArgument = Annotated[
    str | None, typer.Argument(help="A name, name@version or name@alias; without one, all versions.")
]

app = typer.Typer(help="Look into the models registry.", no_args_is_help=True)


@app.command("list")
def list_models(registry: RegistryOption = None) -> None:
    """List every version of every model."""
    source = open_registry(registry, must_exist=True)
    rows = []
    for name, entry in source.listing().items():
        if entry.problem is not None:
            warn(entry.problem)
        for version in entry.versions:
            aliases = ", ".join(alias for alias, number in entry.aliases.items() if number == version)
            rows.append([name, str(version), aliases, *_summary(source, name, version)])
    if not rows:
        typer.echo(f"{source.storage.location} holds no model; train one: rollcast train sine-lstm")
        return
    show_table(["name", "version", "aliases", "network", "context", "test MAE", "last value's"], rows)


@app.command()
def show(name: NameArgument, registry: RegistryOption = None) -> None:
    """Show how a version was made, how good it is at each step against the baselines, and what was found wrong."""
    source = open_registry(registry)
    manifest = source.manifest(*source.resolve(parse_reference(name)))
    lines = [
        Fact("name", manifest.title),
        *([Fact("description", manifest.description)] if manifest.description else []),
        Fact("made", f"{manifest.created_at:%Y-%m-%d %H:%M} UTC"),
        *model_facts(manifest),
        *data_facts(manifest),
        *score_facts(manifest),
    ]
    width = max(len(label) for label, _ in lines)
    for label, text in lines:
        typer.echo(f"{label:<{width}}  {text}")
    if (backtest := manifest.backtest) is not None:
        typer.echo(
            f"\nerrors by step on {backtest.tested_on}, from {backtest.origins} origins; baselines by their MAE\n"
        )
        show_table(*errors_table(backtest, STEPS))
    if (calibration := manifest.calibration) is not None:
        typer.echo(f"\nintervals from {calibration.count} errors at each step of {calibration.calibrated_on}")
        if calibration.coverage:
            typer.echo(f"values within each level's, in percent, and scores, on {calibration.tested_on}\n")
            show_table(*intervals_table(calibration, STEPS))


@app.command()
def verify(name: ChosenArgument = None, registry: RegistryOption = None) -> None:
    """Check versions as the service does when it opens them: files, hashes, shapes, golden answers.

    What publishers that died have left is removed.
    """
    source = open_registry(registry, must_exist=True)
    try:
        for leftover in source.remove_leftovers():
            typer.echo(f"{leftover}  removed: left by a publisher that died")
    except RegistryError as error:  # a registry that is only read is checked nevertheless
        warn(str(error))
    chosen, problems = _chosen(source, name)
    refused = 0
    for each, version in chosen:
        try:
            manifest, _ = source.open(each, version)
            typer.echo(f"{each}@{version}  good")
            if manifest.sha256 is None:
                warn(f"{manifest.title}: {UNSEALED}")
        except RefusedVersion as error:
            refused += 1
            typer.echo(f"{each}@{version}  REFUSED: {error}")
    if refused:
        problems.append(f"{refused} of {len(chosen)} versions were refused; remove them or train them again")
    if problems:
        raise RollcastError("; ".join(problems))


@app.command("upgrade-manifest")
def upgrade_manifest(name: ChosenArgument = None, registry: RegistryOption = None) -> None:
    """Give manifests of before the SHA-256 that notices any change to them; each version must open."""
    source = open_registry(registry, must_exist=True)
    chosen, problems = _chosen(source, name)
    for each, version in chosen:
        try:
            upgraded = source.upgrade_manifest(each, version)
            typer.echo(f"{each}@{version}  {'upgraded' if upgraded else 'has its hash already'}")
        except RefusedVersion as error:
            problems.append(f"{each}@{version} was refused: {error}")
    if problems:
        raise RollcastError("; ".join(problems))


@app.command()
def promote(
    name: Annotated[str, typer.Argument(help="The model's name.")],
    version: Annotated[int, typer.Argument(help="The version that the alias shall name.")],
    alias: Annotated[str, typer.Option(help="The alias; the champion is what a bare name means.")] = CHAMPION,
    registry: RegistryOption = None,
) -> None:
    """Make an alias name a version, in one step; an older one to go back."""
    open_registry(registry).promote(name, version, alias)
    typer.echo(f"{name}@{alias} is now version {version}; a running service takes it up within seconds")


@app.command("prune")
def prune_models(
    keep: Annotated[int, typer.Option(min=1, help="How many of the newest versions that open are kept.")],
    name: Annotated[str | None, typer.Argument(help="The model's name; without one, all.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")] = False,
    registry: RegistryOption = None,
) -> None:
    """Remove the oldest versions; never what an alias names. Their numbers are not given again."""
    source = open_registry(registry, must_exist=True)
    count = 0
    for each in [name] if name is not None else source.listing():
        for version in prune(source, each, keep, dry_run=dry_run):
            typer.echo(f"{each}@{version}  {'would be removed' if dry_run else 'removed'}")
            count += 1
    if not count:
        typer.echo("there is nothing to remove")


def _chosen(source: Registry, name: str | None) -> tuple[list[tuple[str, int]], list[str]]:
    """The version that a name means, or all there are, and what is wrong with names."""
    if name is not None:
        return [source.resolve(parse_reference(name))], []
    listing = source.listing()
    chosen = [(each, version) for each, entry in listing.items() for version in entry.versions]
    return chosen, [entry.problem for entry in listing.values() if entry.problem is not None]


def _summary(source: Registry, name: str, version: int) -> list[str]:
    try:
        manifest = source.manifest(name, version)
    except RefusedVersion as error:
        return [f"REFUSED: {error}", "", "", ""]
    metrics = manifest.metrics
    return [
        network_name(manifest.spec),
        str(manifest.spec.context_length),
        f"{metrics.model.mae:.4g}",
        f"{metrics.last_value.mae:.4g}",
    ]
