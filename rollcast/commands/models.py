"""`rollcast models`: what the registry holds, whether it is whole, which version is the champion, which may go."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from models.errors import RefusedVersion, RegistryError, RollcastError
from models.references import CHAMPION, parse_reference
from models.registry.pruner import prune
from models.registry.registry import Registry
from models.spec.manifest_seal import UNSEALED
from models.spec.wording import Fact, data_facts, model_facts, network_name, score_facts
from rollcast.commands import interchange
from rollcast.completion import model_names, references
from rollcast.console import show_json, show_table, warn
from rollcast.options import JsonOption, NameArgument, RegistryOption, open_registry
from rollcast.published import or_nothing_published, published_document, tell_published
from service.schemas.models import card_of
from training.extras import require_train
from training.report.tables import errors_table, intervals_table

STEPS = 6  # about so many in a table of `show`

ChosenArgument = Annotated[
    str | None,
    typer.Argument(help="A name, name@version or name@alias; without one, all versions.", autocompletion=references),
]

models = typer.Typer(help="Look into the models registry.", no_args_is_help=True)
models.command("export")(interchange.export_version)
models.command("import")(interchange.import_file)
models.command("log")(interchange.log_version)
models.command("fetch")(interchange.fetch_version)


@models.command("list")
def list_models(as_json: JsonOption = False, registry: RegistryOption = None) -> None:
    """List every version of every model."""
    source = open_registry(registry, must_exist=True)
    listed, problems = [], []
    for name, entry in source.listing().items():
        if entry.problem is not None:
            warn(entry.problem)
            problems.append(entry.problem)
        for version in entry.versions:
            aliases = [alias for alias, number in entry.aliases.items() if number == version]
            listed.append({"model": name, "version": version, "aliases": aliases, **_summary(source, name, version)})
    if as_json:
        show_json({"registry": source.storage.location, "versions": listed, "problems": problems})
        return
    rows = [_row(each) for each in listed]
    if not rows:
        typer.echo(f"{source.storage.location} holds no model; train one: rollcast train sine-lstm")
        return
    show_table(["name", "version", "aliases", "network", "context", "test MAE", "last value's"], rows)


@models.command()
def show(name: NameArgument, as_json: JsonOption = False, registry: RegistryOption = None) -> None:
    """Show how a version was made, how good it is at each step against the baselines, and what was found wrong."""
    source = open_registry(registry)
    manifest = source.manifest(*source.resolve(parse_reference(name)))
    if as_json:
        show_json(card_of(manifest))
        return
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


@models.command()
def verify(name: ChosenArgument = None, as_json: JsonOption = False, registry: RegistryOption = None) -> None:
    """Check versions as the service does when it opens them: files, hashes, shapes, golden answers.

    What publishers that died have left is removed.
    """
    source = open_registry(registry, must_exist=True)
    say = _said(as_json=as_json)
    removed: list[str] = []
    try:
        removed = source.remove_leftovers()
    except RegistryError as error:  # a registry that is only read is checked nevertheless
        warn(str(error))
    for leftover in removed:
        say(f"{leftover}  removed: left by a publisher that died")
    chosen, problems = _chosen(source, name)
    checked: list[dict[str, Any]] = []
    for each, version in chosen:
        problem = None
        try:
            manifest, _ = source.open(each, version)
            say(f"{each}@{version}  good")
            if manifest.sha256 is None:
                warn(f"{manifest.title}: {UNSEALED}")
        except RefusedVersion as error:
            problem = str(error)
            say(f"{each}@{version}  REFUSED: {error}")
        checked.append({"model": each, "version": version, "problem": problem})
    refused = sum(each["problem"] is not None for each in checked)
    if as_json:
        show_json({"versions": checked, "problems": problems, "removed": removed})
    if refused:
        problems.append(f"{refused} of {len(chosen)} versions were refused; remove them or train them again")
    if problems:
        raise RollcastError("; ".join(problems))


@models.command("upgrade-manifest")
def upgrade_manifest(name: ChosenArgument = None, as_json: JsonOption = False, registry: RegistryOption = None) -> None:
    """Give manifests of before the SHA-256 that notices any change to them; each version must open."""
    source = open_registry(registry, must_exist=True)
    say = _said(as_json=as_json)
    chosen, problems = _chosen(source, name)
    whole: list[dict[str, Any]] = []
    for each, version in chosen:
        try:
            upgraded = source.upgrade_manifest(each, version)
            say(f"{each}@{version}  {'upgraded' if upgraded else 'has its hash already'}")
            whole.append({"model": each, "version": version, "upgraded": upgraded})
        except RefusedVersion as error:
            problems.append(f"{each}@{version} was refused: {error}")
    if as_json:
        show_json({"versions": whole, "problems": problems})
    if problems:
        raise RollcastError("; ".join(problems))


@models.command()
def upgrade(name: NameArgument, as_json: JsonOption = False, registry: RegistryOption = None) -> None:
    """Publish a version anew with today's graph, which forecasts many steps in one call; nothing is trained.

    Older graphs are served as well, one step a call.
    """
    require_train()
    source = open_registry(registry)
    chosen = source.resolve(parse_reference(name))
    with or_nothing_published():
        from training.updating.upgrade import upgrade as upgrade_version  # which takes seconds to load

        published = upgrade_version(source, *chosen)
    if published is not None:
        tell_published(source, published, as_json=as_json)
    elif as_json:
        show_json(published_document(source, source.manifest(*chosen)))
    else:
        typer.echo(f"{chosen[0]}@{chosen[1]} has today's graph already")


@models.command()
def promote(
    name: Annotated[str, typer.Argument(help="The model's name.", autocompletion=model_names)],
    version: Annotated[int, typer.Argument(help="The version that the alias shall name.")],
    alias: Annotated[str, typer.Option(help="The alias; the champion is what a bare name means.")] = CHAMPION,
    as_json: JsonOption = False,
    registry: RegistryOption = None,
) -> None:
    """Make an alias name a version, in one step; an older one to go back."""
    open_registry(registry).promote(name, version, alias)
    if as_json:
        show_json({"model": name, "version": version, "alias": alias})
        return
    typer.echo(f"{name}@{alias} is now version {version}; a running service takes it up within seconds")


@models.command("prune")
def prune_models(
    keep: Annotated[int, typer.Option(min=1, help="How many of the newest versions that open are kept.")],
    name: Annotated[
        str | None, typer.Argument(help="The model's name; without one, all.", autocompletion=model_names)
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")] = False,
    as_json: JsonOption = False,
    registry: RegistryOption = None,
) -> None:
    """Remove the oldest versions; never what an alias names. Their numbers are not given again."""
    source = open_registry(registry, must_exist=True)
    say = _said(as_json=as_json)
    removed = []
    for each in [name] if name is not None else source.listing():
        for version in prune(source, each, keep, dry_run=dry_run):
            say(f"{each}@{version}  {'would be removed' if dry_run else 'removed'}")
            removed.append({"model": each, "version": version})
    if as_json:
        show_json({"dry_run": dry_run, "removed": removed})
    if not removed:
        say("there is nothing to remove")


def _said(*, as_json: bool) -> Callable[[str], None]:
    """How lines are said as they are found: not at all where one document follows."""
    return (lambda _: None) if as_json else typer.echo


def _chosen(source: Registry, name: str | None) -> tuple[list[tuple[str, int]], list[str]]:
    """The version that a name means, or all there are, and what is wrong with names."""
    if name is not None:
        return [source.resolve(parse_reference(name))], []
    listing = source.listing()
    chosen = [(each, version) for each, entry in listing.items() for version in entry.versions]
    return chosen, [entry.problem for entry in listing.values() if entry.problem is not None]


def _summary(source: Registry, name: str, version: int) -> dict[str, Any]:
    """What is listed of a version besides its name, or why its manifest is refused."""
    try:
        manifest = source.manifest(name, version)
    except RefusedVersion as error:
        return {"problem": str(error)}
    return {
        "network": network_name(manifest.spec),
        "context": manifest.spec.context_length,
        "least_context": manifest.spec.least_context,
        "mae": manifest.metrics.model.mae,
        "last_value_mae": manifest.metrics.last_value.mae,
        "problem": None,
    }


def _row(listed: dict[str, Any]) -> list[str]:
    """The same as a row of the table."""
    first = [listed["model"], str(listed["version"]), ", ".join(listed["aliases"])]
    if listed["problem"] is not None:
        return [*first, f"REFUSED: {listed['problem']}", "", "", ""]
    errors = [f"{listed[each]:.4g}" for each in ("mae", "last_value_mae")]
    context, least = str(listed["context"]), listed["least_context"]
    return [*first, listed["network"], context if context == str(least) else f"{least} to {context}", *errors]
