"""Commands of the store: versions, releases, who is where, who is forgotten."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from learnstrata.app.cli.options import (
    AsOfOption,
    JsonOption,
    KeyFileOption,
    OutOption,
    OverwriteOption,
    QuietOption,
    SheetOption,
    StoreOption,
    TableArgument,
    WholeRunArgument,
    WhoOption,
)
from learnstrata.app.cli.output import leaks_are_faults, print_json, sheets_told, shown
from learnstrata.app.cli.pruning import prune_after, user_of
from learnstrata.app.cli.publishing import (
    AllowOlderOption,
    GrantRoleOption,
    ModeOption,
    ToOption,
    roles_of,
    tell_published,
)
from learnstrata.app.cli.tables import key_of
from learnstrata.exceptions import OutputError, ParameterError

if TYPE_CHECKING:
    from learnstrata.layer.store.opening import Store
    from learnstrata.layer.store.promotion import Promoted
    from learnstrata.layer.store.retention import Due

__all__ = [
    "access",
    "approve",
    "forget",
    "history",
    "members",
    "promote",
    "publish",
    "refit",
    "rollback",
    "store_add",
    "store_backup",
    "store_check",
    "store_drop_target",
    "store_restore",
]

WhyOption = Annotated[str, typer.Option("--why", help="Why, for the record.")]
LearnerOption = Annotated[
    str, typer.Option("--learner", help="The id as it stands in the table.")
]
VersionArgument = Annotated[int, typer.Argument(metavar="VERSION", min=1)]


def _opened(address: str | None, *, make: bool = False) -> "Store":
    from learnstrata.layer.store.opening import open_store

    return open_store(address, make=make)


def _key_there(path: Path | None) -> bytes | None:
    """Read the key where there is one; none is made for a store."""
    from learnstrata.privacy.keys import key_path, read_key

    place = path or key_path()
    return read_key(place) if place.exists() else None


def store_add(
    run: WholeRunArgument,
    store: StoreOption = None,
    who: WhoOption = None,
    why: WhyOption = "",
    key_file: KeyFileOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Add a run to the store as a version; nothing uses it until it is promoted."""
    from learnstrata.app import layers
    from learnstrata.forgetting import forget_again
    from learnstrata.layer.store.versions import add_version, read_run

    content = read_run(run)  # before a store is made for what is no run
    opened, key = _opened(store, make=True), _key_there(key_file)
    content, gone = forget_again(opened, content, key=key)
    added = add_version(opened, content, who=user_of(who), why=why, key=key)
    with shown():
        if as_json:
            print_json(layers.added_as_json(added))
        elif not quiet:
            layers.show_added(opened, added, forgotten=gone)


def store_check(
    store: StoreOption = None,
    key_file: KeyFileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look through a store for anything that does not hold."""
    from learnstrata.app import layers
    from learnstrata.layer.store.checking import faults_in

    opened = _opened(store)
    faults = faults_in(opened, key=_key_there(key_file))
    with shown():
        if as_json:
            print_json({"store": opened.address, "faults": faults})
        else:
            layers.show_faults(opened, faults)
    if faults:
        raise typer.Exit(2)


def store_backup(
    out: Annotated[Path, typer.Argument(metavar="FILE", help="File to write.")],
    store: StoreOption = None,
    overwrite: OverwriteOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write all of a store to one file, from which any database can be restored."""
    from learnstrata.app import layers
    from learnstrata.layer.store.backups import back_up

    path = back_up(_opened(store), out, overwrite=overwrite)
    with shown(written=path):
        if not quiet:
            layers.show_backup(path)


def store_restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Of store backup.")],
    store: StoreOption = None,
    key_file: KeyFileOption = None,
    overwrite: OverwriteOption = False,
    quiet: QuietOption = False,
) -> None:
    """Put back what a backup holds, without whoever was forgotten since."""
    from learnstrata.app import layers
    from learnstrata.layer.store.backups import restore

    opened = _opened(store, make=True)
    done = restore(opened, file, key=_key_there(key_file), overwrite=overwrite)
    with shown():
        if not quiet:
            layers.show_restored(opened, done)


def store_drop_target(
    target: Annotated[str, typer.Argument(metavar="TARGET", help="As for publish.")],
    store: StoreOption = None,
    quiet: QuietOption = False,
) -> None:
    """Take a target that is gone for good off the list; nothing is done there."""
    from learnstrata.app import layers
    from learnstrata.layer.targets import drop_target

    address = drop_target(_opened(store), target)
    with shown():
        if not quiet:
            layers.show_dropped(address)


def promote(
    version: VersionArgument,
    store: StoreOption = None,
    who: WhoOption = None,
    why: WhyOption = "",
    correction: Annotated[
        bool,
        typer.Option(
            "--correction", help="The table was wrong before; no learner changed."
        ),
    ] = False,
    margin: Annotated[
        float | None,
        typer.Option(
            "--margin",
            min=0.0,
            max=1.0,
            help="By how much of the distance another segment is nearer before a "
            "learner leaves theirs (default: as configured, 0.05).",
        ),
    ] = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Make a version what is used; each learner who moves has one cause."""
    from learnstrata.layer.store import promotion

    opened = _opened(store)
    done = promotion.promote(
        opened,
        version,
        who=user_of(who),
        why=why,
        correction=correction,
        min_margin=margin,
    )
    pruned = prune_after(opened, who)
    _tell(opened, done, pruned, quiet=quiet, as_json=as_json)


def _tell(
    store: "Store",
    done: "Promoted",
    pruned: "Due | None",
    *,
    quiet: bool,
    as_json: bool,
) -> None:
    """Show a release and what was pruned after it, as it is asked for."""
    from learnstrata.app import layers, prunings

    with shown():
        if as_json:
            told = layers.promoted_as_json(done)
            print_json({**told, "pruned": prunings.due_as_json(pruned)})
        elif not quiet:
            layers.show_promoted(store, done)
            prunings.show_pruned(pruned)


def approve(
    version: VersionArgument,
    store: StoreOption = None,
    who: WhoOption = None,
    why: WhyOption = "",
    quiet: QuietOption = False,
) -> None:
    """Approve a version, where the configuration asks for it before it is used."""
    from learnstrata.app import layers
    from learnstrata.layer.store import approvals

    by = approvals.approve(_opened(store), version, who=user_of(who), why=why)
    with shown():
        if not quiet:
            layers.show_approved(version, by)


def rollback(
    version: Annotated[
        int | None,
        typer.Argument(metavar="[VERSION]", min=1, help="Default: the one before."),
    ] = None,
    store: StoreOption = None,
    who: WhoOption = None,
    why: WhyOption = "",
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Make a version of before what is used again, each learner where they were."""
    from learnstrata.layer.store.promotion import roll_back

    opened = _opened(store)
    done = roll_back(opened, version, who=user_of(who), why=why)
    _tell(opened, done, None, quiet=quiet, as_json=as_json)


def history(
    store: StoreOption = None,
    learner: Annotated[
        str | None, typer.Option("--learner", help="Show the stays of one learner.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show versions and releases; or one learner's stays."""
    from learnstrata.app import layers

    opened = _opened(store)
    told = (
        layers.history_as_json(opened)
        if learner is None
        else layers.stays_as_json(opened, learner)
    )
    with shown():
        if as_json:
            print_json(told)
        elif learner is None:
            layers.show_history(opened)
        else:
            layers.show_stays(opened, learner)


def members(
    out: Annotated[
        Path, typer.Option("--out", "-o", help="File to write: .csv or .parquet.")
    ] = Path("members.csv"),
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d"], help="Day (default: now)."),
    ] = None,
    store: StoreOption = None,
    overwrite: OverwriteOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write who is in which segment, now or as it was at the end of a day."""
    from learnstrata.app import layers
    from learnstrata.layer.folder import check_table, write_table
    from learnstrata.layer.store.membership import members_at

    check_table(out, overwrite=overwrite)
    day: date | None = None if as_of is None else as_of.date()
    rows = members_at(_opened(store), day)
    path = write_table(rows, out, overwrite=overwrite)
    with shown(written=path):
        if not quiet:
            layers.show_members(rows, path)


def refit(
    table: TableArgument,
    out: OutOption = None,
    config: Annotated[
        Path | None,
        typer.Option("--config", help="TOML file, laid over what is in use."),
    ] = None,
    as_of: AsOfOption = None,
    store: StoreOption = None,
    promote_it: Annotated[
        bool, typer.Option("--promote", help="Promote it where the plan says so.")
    ] = False,
    who: WhoOption = None,
    why: WhyOption = "",
    sheet: SheetOption = None,
    key_file: KeyFileOption = None,
    overwrite: OverwriteOption = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Fit a challenger to a new table; say what it would change, and whether to."""
    from learnstrata.app import layers, prunings, screens
    from learnstrata.layer.folder import check_target
    from learnstrata.learners.sources.files import scan_source

    target = out or Path("runs") / table.stem
    check_target(target, overwrite=overwrite)
    opened, key = _opened(store), key_of(key_file, target)
    with screens.progress(shown=not (quiet or as_json)) as watch:
        from learnstrata import refitting
        from learnstrata.layer.store import promotion
        from learnstrata.layer.store.versions import add_version, read_run

        watch("read")
        frame, source = scan_source(table, sheet=sheet)
        with sheets_told(source):
            found = refitting.challenge(
                opened,
                frame,
                config=refitting.config_of(opened, config),
                key=key,
                as_of=as_of,
                source=source,
                watch=watch,
            )
        watch("write")
        with leaks_are_faults():
            folder = found.found.save(target, overwrite=overwrite)
    user = user_of(who)
    added = add_version(
        opened,
        read_run(folder),
        who=user,
        why=why,
        by_parent=found.by_champion,
        parent=found.against,
        key=key,
    )
    plan = refitting.plan_of(opened, added.id, found)
    refitting.record_plan(opened, added.id, plan, found, who=user)
    done = pruned = None
    if promote_it and plan.decision == "promote":
        done = promotion.promote(
            opened, added.id, who=user, why=why, number=plan.promotion.number
        )
        pruned = prune_after(opened, user)
    with shown(written=folder):
        if as_json:
            told = layers.plan_as_json(added.id, plan, found, folder)
            print_json({**told, "pruned": prunings.due_as_json(pruned)})
        elif not quiet:
            layers.show_plan(added.id, plan, found, folder, promoted=done)
            prunings.show_pruned(pruned)


def publish(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="[RUN|VERSION]",
            help="A run folder, which is added and promoted, or a version (default: "
            "what is used).",
        ),
    ] = None,
    to: ToOption = "",
    mode: ModeOption = "auto",
    allow_older: AllowOlderOption = False,
    grant_role: GrantRoleOption = None,
    store: StoreOption = None,
    who: WhoOption = None,
    why: WhyOption = "",
    key_file: KeyFileOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Make a database or a folder hold who is in which segment."""
    from learnstrata.layer.publications import publish_release

    if not to:
        raise ParameterError(
            "Nowhere to publish to. Give --to postgresql://HOST/DATABASE, "
            "sqlite:///FILE or a folder."
        )
    is_version = what is None or what.isdigit()
    opened = _opened(store, make=not is_version)
    version = int(what) if what is not None and is_version else None
    if what is not None and not is_version:
        version = _used(opened, what, user_of(who), why, _key_there(key_file))
    done = publish_release(
        opened,
        to,
        version=version,
        mode=mode,
        allow_older=allow_older,
        roles=roles_of(grant_role),
    )
    pruned = None if is_version else prune_after(opened, who)
    tell_published(done, pruned, quiet=quiet, as_json=as_json)


def _used(store: "Store", run: str, who: str, why: str, key: bytes | None) -> int:
    """Add a run to the store and promote it, unless it is what is used."""
    from learnstrata.forgetting import forget_again
    from learnstrata.layer.store.membership import last_release
    from learnstrata.layer.store.promotion import promote as promote_version
    from learnstrata.layer.store.versions import add_version, read_run

    content, _ = forget_again(store, read_run(run), key=key)
    added = add_version(store, content, who=who, why=why, key=key)
    with store.reading() as connection:
        last = last_release(connection)
    if last is None or last.version != added.id:
        promote_version(store, added.id, who=who, why=why)
    return added.id


def forget(
    learner: Annotated[
        list[str],
        typer.Option("--learner", help="An id of the table; may be given again."),
    ],
    store: StoreOption = None,
    runs: Annotated[
        list[Path] | None,
        typer.Option("--run", help="A run folder besides those of the store."),
    ] = None,
    targets: Annotated[
        list[str] | None,
        typer.Option("--target", help="A target besides those published to."),
    ] = None,
    even_unknown: Annotated[
        bool,
        typer.Option(
            "--even-unknown",
            help="Record learners of whom nothing is held, as when they object ahead.",
        ),
    ] = False,
    who: WhoOption = None,
    key_file: KeyFileOption = None,
    quiet: QuietOption = False,
) -> None:
    """Remove learners from the store, its runs and what was published, for good."""
    from learnstrata.app import layers
    from learnstrata.forgetting import forget as forget_learners

    key = _key_there(key_file)
    if key is None:
        raise ParameterError(
            "There is no key under which a tombstone could be written. Give the one "
            "that the runs were made with: --key-file."
        )
    done = forget_learners(
        _opened(store),
        learner,
        key=key,
        who=user_of(who),
        runs=runs or (),
        targets=targets or (),
        even_unknown=even_unknown,
    )
    with shown():
        if not quiet:
            layers.show_forgotten(done)
    if done.faults:
        raise OutputError(" ".join(done.faults))


def access(
    learner: LearnerOption,
    store: StoreOption = None,
    key_file: KeyFileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what is held of a learner, and who was given it."""
    from learnstrata.app import layers
    from learnstrata.forgetting import access as access_to

    found = access_to(_opened(store), learner, key=_key_there(key_file))
    with shown():
        if as_json:
            print_json(layers.access_as_json(found))
        else:
            layers.show_access(found)
