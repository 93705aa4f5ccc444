# Input functions of several rules: from wildcards to what `edgecase.pipeline` knows of the run.
def task_key(key):
    """The task's value of `key` under the wildcards' variant or override."""

    def value(wildcards):
        named = (getattr(wildcards, name, None) for name in ("variant", "override"))
        return JOBS.task(wildcards.task, next(filter(None, named), "default"))[key]

    return value


def prepared(key):
    """The prepared file of the task's `dataset` or `edge_set`."""
    return lambda wildcards: layout.prepared(task_key(key)(wildcards))


def cell_of(wildcards):
    """The cell that the wildcards name."""
    return Cell(*(getattr(wildcards, axis.name) for axis in fields(Cell)))


def cells_of(figure):
    """The cells that a figure shows."""
    return expand(config["figures"][figure])


def rounds_of(cells):
    """The rounds of every seed of the cells."""
    return [path for cell in cells for path in RUN.rounds(cell, SEEDS)]


def cell_files(cells):
    """Of each of the cells its record, and the rounds and wall times of all its seeds."""
    return [RUN.cell_files(cell, SEEDS) for cell in cells]


def folders(wildcards, input):
    """The folders of the records that a rule reads."""
    return [str(Path(record).parent) for record in input.records]


def own_folders(wildcards):
    """The argument that tells a script of the task's folders; nothing where it has none."""
    return folders_option(JOBS.folders(wildcards.task, getattr(wildcards, "variant", "default")))


def folders_option(about):
    """The argument `--folders` of a script; nothing without a folder."""
    return f"--folders {quote(as_json(about))}" if about else ""
