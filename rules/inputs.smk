# What each rule reads and is told, as functions of its wildcards.
def as_json(value):
    """A parameter as one line of text with a fixed order of keys: equal values, equal jobs."""
    return json.dumps(value, sort_keys=True)


def task_key(key):
    """An input function: the task's value of `key` under the wildcards' variant or override."""

    def value(wildcards):
        named = (getattr(wildcards, name, None) for name in ("variant", "override"))
        override = next(filter(None, named), "default")
        return configuration.resolve_task(config, wildcards.task, override)[key]

    return value


def prepared(key):
    """An input function: the prepared file of the task's `dataset` or `edge_set`."""
    return lambda wildcards: layout.prepared(task_key(key)(wildcards))


def cells_of(figure):
    """The cells that a figure shows."""
    return expand(config["figures"][figure])


def rounds_of(cells):
    """The rounds of every seed of the cells."""
    return [path for cell in cells for path in RUN.rounds(cell, SEEDS)]


def cell_files(cell):
    """The record of a cell, and the rounds and wall times of all its seeds."""
    return RUN.cell_files(cell, SEEDS)


def raw_folders(name):
    """The folders of verified files that a data set or an edge set is prepared from."""
    described = DATASETS.get(name) or EDGE_SETS[name]
    return [layout.raw(source) for source in described.sources]


def authors_checkpoint(wildcards):
    """The folder of the authors' checkpoint, where the task starts from it."""
    if task_key("start")(wildcards) != "authors":
        return []
    source, _ = AUTHORS_STARTS[task_key("model")(wildcards)["name"]]
    return layout.raw(source)


def pretrain_parameters(wildcards):
    """What the starting model depends on, and nothing else."""
    resolved = configuration.resolve_task(config, wildcards.task, wildcards.variant)
    return configuration.resolve_start(resolved)


def cell_of(wildcards):
    """The cell that the wildcards name."""
    return Cell(
        wildcards.task,
        wildcards.participation,
        wildcards.case,
        wildcards.attack,
        wildcards.defense,
        wildcards.override,
    )


def cell_parameters(wildcards):
    """What the cell depends on, and nothing else."""
    return configuration.resolve_cell(config, cell_of(wildcards))


def partitions(wildcards):
    """The partition of every seed."""
    variant = configuration.partition_variant(config, wildcards.task, wildcards.override)
    return [RUN.partition(wildcards.task, variant, seed) for seed in SEEDS]


def poisons(wildcards):
    """The poisoned sets of every seed."""
    variant = configuration.poison_variant(config, wildcards.task, wildcards.override)
    return [RUN.poison(wildcards.task, wildcards.case, variant, seed) for seed in SEEDS]


def start(wildcards):
    """The starting model."""
    variant = configuration.pretrain_variant(config, wildcards.task, wildcards.override)
    return RUN.start(wildcards.task, variant)


def density_parameters(task):
    """What the log-densities of a task depend on, and nothing else."""
    resolved = configuration.resolve_task(config, task)
    section = config["densities"]
    datasets = {name: body["dataset"] for name, body in config["tasks"].items()}
    own = {key: resolved[key] for key in ("dataset", "edge_set", "model")}
    own["comparison"] = density_settings.out_of_distribution(task, section, datasets)
    own["switches"] = configuration.resolve_start(resolved)["switches"]
    keys = ("components", "variance", "train_samples", "test_samples")
    return own | {key: section[key] for key in keys}


def density_data(task, key):
    """The prepared file of the task's `dataset`, or of the one that figure 2 compares with it."""
    return layout.prepared(density_parameters(task)[key])


def density_files():
    """The log-densities of every task that figure 2 shows."""
    return [RUN.densities(task) for task in DENSITY_TASKS]


def folders(wildcards, input):
    """The folders of the records that a rule reads."""
    return [str(Path(record).parent) for record in input.records]


def montage_images():
    """Whether figure 1 is to be drawn from its images: an archive brings the figure without them."""
    return not UNPACKED or "fig1" in sys.argv or all(map(os.path.exists, MONTAGE_DATA))


def numbered_figures():
    """The figures of the run in order, figure 1 if it is there or can be drawn."""
    first = montage_images() or os.path.exists(RUN.figure("fig1"))
    return [*(["fig1"] if first else []), *CONTENTS.with_table]


def all_files():
    """What a run makes: of a share, its cells."""
    if "shard" in config:
        return [cell_files(cell) for cell in CELLS]
    cells = [cell_files(cell) for cell in CELLS]
    return [*cells, *figure_files(), *table_files(), *rules.claims.output, *report_files()]


def figure_files(name=None):
    """The files of one figure, or of all."""
    names = [name] if name else numbered_figures()
    return [RUN.figure(name, ending) for name in names for ending in ("pdf", "png")]


def table_files():
    """The tables of the run."""
    return [RUN.table(name, ending) for name in CONTENTS.tables for ending in ("csv", "md")]


def starting_models():
    """The records of the starting models, one per task and variant in use."""
    used = {
        (cell.task, configuration.pretrain_variant(config, cell.task, cell.override)): None
        for cell in CELLS
    }
    return [RUN.start(task, variant, "json") for task, variant in used]


def page_table(name):
    """The table that a page shows."""
    return RUN.claims() if name == "claims" else RUN.table(name)


def report_category(wildcards):
    """Where the report lists a figure or a table."""
    return CONTENTS.category(getattr(wildcards, "figure", None) or wildcards.table)


def page_labels(view):
    """How the report lists what a page shows."""
    return lambda wildcards: CONTENTS.labels(wildcards.table, view)


def report_files():
    """The pages of the report and the tables for download; it holds the figures too."""
    pages = CONTENTS.pages
    return [
        *map(RUN.page, ["front", *pages, "provenance"]),
        *(RUN.page(name, "csv.gz") for name in pages),
    ]
