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
    return lambda wildcards: f"results/data/{task_key(key)(wildcards)}.npz"


def cells_of(figure):
    """The folders of the cells that a figure shows."""
    return [f"{RESULTS}/cells/{cell.folder}" for cell in expand(config["figures"][figure])]


def expand_seeds(pattern):
    """`pattern` once per seed, its other wildcards kept."""
    return [pattern.replace("{seed}", str(seed)) for seed in SEEDS]


def cell_files(cell):
    """The record of a cell, and the rounds and wall times of all its seeds."""
    folder = f"{RESULTS}/cells/{cell.folder}"
    files = expand_seeds(f"{folder}/seed{{seed}}.csv") + expand_seeds(f"{folder}/seed{{seed}}.timing.csv")
    return [f"{folder}/cell.json", *files]


def raw_folders(name):
    """The folders of verified files that a data set or an edge set is prepared from."""
    described = DATASETS.get(name) or EDGE_SETS[name]
    return [f"results/data/raw/{source}" for source in described.sources]


def authors_checkpoint(wildcards):
    """The folder of the authors' checkpoint, where the task starts from it."""
    if task_key("start")(wildcards) != "authors":
        return []
    source, _ = AUTHORS_STARTS[task_key("model")(wildcards)["name"]]
    return f"results/data/raw/{source}"


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
    return [f"{RESULTS}/partition/{wildcards.task}/{variant}/seed{seed}.npz" for seed in SEEDS]


def poisons(wildcards):
    """The poisoned sets of every seed."""
    variant = configuration.poison_variant(config, wildcards.task, wildcards.override)
    folder = f"{RESULTS}/poison/{wildcards.task}/{wildcards.case}/{variant}"
    return [f"{folder}/seed{seed}.npz" for seed in SEEDS]


def start(wildcards):
    """The starting model."""
    variant = configuration.pretrain_variant(config, wildcards.task, wildcards.override)
    return f"{RESULTS}/pretrain/{wildcards.task}/{variant}.safetensors"


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
    return f"results/data/{density_parameters(task)[key]}.npz"


def density_files():
    """The log-densities of every task that figure 2 shows."""
    return [f"{RESULTS}/densities/{task}.csv" for task in DENSITY_TASKS]


def folders(wildcards, input):
    """The folders of the records that a rule reads."""
    return [str(Path(record).parent) for record in input.records]


def montage_images():
    """Whether figure 1 is to be drawn from its images: an archive brings the figure without them."""
    return not UNPACKED or "fig1" in sys.argv or all(map(os.path.exists, MONTAGE_DATA))


def numbered_figures():
    """The figures of the run in order, figure 1 if it is there or can be drawn."""
    first = montage_images() or os.path.exists(f"{FIGURES}/fig1.png")
    return [*(["fig1"] if first else []), *NUMBERED_FIGURES]


def all_files():
    """What a run makes: of a share, its cells."""
    if "shard" in config:
        return [cell_files(cell) for cell in CELLS]
    cells = [cell_files(cell) for cell in CELLS]
    return [*cells, *figure_files(), *table_files(), *rules.claims.output, *report_files()]


def figure_files(name=None):
    """The files of one figure, or of all."""
    names = [name] if name else numbered_figures()
    return [f"{FIGURES}/{name}.{ending}" for name in names for ending in ("pdf", "png")]


def table_files():
    """The tables of the run."""
    return [f"{RESULTS}/tables/{name}.{ending}" for name in TABLES for ending in ("csv", "md")]


def starting_models():
    """The records of the starting models, one per task and variant in use."""
    used = {
        (cell.task, configuration.pretrain_variant(config, cell.task, cell.override)): None
        for cell in CELLS
    }
    return [f"{RESULTS}/pretrain/{task}/{variant}.json" for task, variant in used]


def page_table(name):
    """The table that a page shows."""
    return f"{RESULTS}/claims.csv" if name == "claims" else f"{RESULTS}/tables/{name}.csv"


def report_category(wildcards):
    """Where the report lists a figure or a table; the numbers put the categories in order."""
    name = getattr(wildcards, "figure", None) or wildcards.table
    if name == "claims":
        return "1 Claims"
    if name in PAGE_TITLES:
        return "4 Tables"
    return "2 Figures" if name.startswith("fig") else "3 Appendix and ablation"


def page_labels(view):
    """How the report lists what a page shows, as its table or figure and the `view` of it."""

    def labels(wildcards):
        kind = "table" if wildcards.table in PAGE_TITLES else "figure"
        return {kind: PAGE_TITLES.get(wildcards.table, wildcards.table), "view": view}

    return labels


def report_files():
    """The pages of the report and the tables for download; it holds the figures too."""
    tables = [*PAGE_TITLES, *NUMBERED_FIGURES]
    return [
        *(f"{REPORT}/{name}.html" for name in ["front", *tables, "provenance"]),
        *(f"{REPORT}/{name}.csv.gz" for name in tables),
    ]
