"""Describe an archive as an RO-Crate: its files, what they were made from and by, and their terms.

It follows RO-Crate 1.1 (https://w3id.org/ro/crate/1.1) and its profile Process Run Crate 0.5.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from edgecase.base.documents import read_json
from edgecase.claims.table import rerun_command
from edgecase.datasets.sources import load_sources
from edgecase.report import facts
from edgecase.results.layout import FIGURE_FILES, Run
from edgecase.sharing import MANIFEST, metadata
from edgecase.sharing.check import Found
from edgecase.sharing.citation import Citation, read_citation
from edgecase.sharing.graph import Graph, Reference

CITATION, SOURCES = Path("CITATION.cff"), Path("config/sources.yaml")
_PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
_SOFTWARE = {"@id": "#edgecase"}
_TERMS = (
    "Configuration files are part of the software and under its licence. Numbers, tables, plots "
    "and models come from the run; who deposits them chooses their licence. Figure 1 and the pages "
    "that show it hold pictures of the data sets, whose terms each of these files names."
)
_LEFT_OUT = "Prepared data and poisoned sets, which hold samples of others, are left out."

#: file → when Snakemake began and ended the job that wrote it, in seconds since 1970.
_Times = Mapping[str, tuple[float, float]]


def describe(manifest: Mapping, cells: Sequence[Found], project: Path) -> bytes:
    """The file `ro-crate-metadata.json` of an archive with this `manifest` and these cells.

    Equal files give equal bytes: all times are those that Snakemake recorded, the date of the whole
    is the last of them, and where it recorded none there is none. Raises `ConfigError` for a
    `CITATION.cff` or `config/sources.yaml` of the project that cannot be read.
    """
    graph, citation = Graph(), read_citation(project / CITATION)
    records = facts.read_records(found.project / found.folder / "cell.json" for found in cells)
    times = _times(manifest["files"], project)
    code_terms = graph.add(
        f"https://spdx.org/licenses/{citation.licence}", "CreativeWork", name=citation.licence
    )
    authors = [
        graph.add(f"#author-{number}", kind, name=name)
        for number, (kind, name) in enumerate(citation.authors, start=1)
    ]
    data = facts.images(records, load_sources(project / SOURCES))
    terms = [_terms(graph, one, code_terms) for one in data]
    files = _files(graph, manifest, code_terms, terms)
    sets = [
        graph.add(
            f"#data-{one.name}",
            "CreativeWork",
            name=one.title,
            description=f"{one.used_for}; not in this crate",
            url=one.homepage,
            citation=one.cite,
            license=its_terms,
        )
        for one, its_terms in zip(data, terms, strict=True)
    ]
    _software(graph, citation, manifest["commit"], records, code_terms, authors)
    configuration = [file for name, file in files.items() if name.startswith("config/")]
    run = graph.add(
        "#run",
        "CreateAction",
        name=f"The run {manifest['run']}",
        description=facts.command(manifest["configfiles"]),
        instrument=_SOFTWARE,
        object=[*configuration, *sets],
        result=[file for name, file in files.items() if name.startswith(("results/", "figures/"))],
        **_when(times.values()),
    )
    actions = [
        _cell(graph, found, record, manifest["configfiles"], configuration, files, times)
        for found, record in zip(cells, records, strict=True)
    ]
    graph.set_root(
        name=f"The run {manifest['run']} of edgecase",
        description=f"{citation.abstract} {_LEFT_OUT}",
        datePublished=_when(times.values()).get("endTime"),
        keywords=", ".join(citation.keywords),
        author=authors,
        license=graph.add("#terms", "CreativeWork", name="Terms by part", description=_TERMS),
        citation=graph.add("#paper", "ScholarlyArticle", **citation.paper),
        mentions=[run, *actions],
        conformsTo=graph.add(_PROFILE, "CreativeWork", name="Process Run Crate", version="0.5"),
    )
    return graph.written()


def _terms(graph: Graph, data: facts.Images, code_terms: Reference) -> Reference:
    if data.licence == facts.OWN_LICENCE:
        return code_terms
    name = f"Terms of {data.title}"
    return graph.add(f"#terms-{data.name}", "CreativeWork", name=name, description=data.licence)


def _files(
    graph: Graph, manifest: Mapping, code_terms: Reference, terms: Sequence[Reference]
) -> dict[str, Reference]:
    """Every file of the manifest, by name; those with terms of their own name them."""
    layout = Run(manifest["run"])
    pictures = [layout.figure("fig1", ending) for ending in FIGURE_FILES]
    pictures += [layout.page("front"), layout.page("front-fig1"), f"{layout.results}/report.html"]
    shown = list({term["@id"]: term for term in terms}.values())
    own_terms = dict.fromkeys(pictures, shown)
    graph.add_file(MANIFEST, description="Every file with its sha256, by which unpacking checks it")
    return {
        name: graph.add_file(
            name,
            contentSize=str(about["size"]),
            sha256=about["sha256"],
            license=code_terms if name.startswith("config/") else own_terms.get(name),
        )
        for name, about in manifest["files"].items()
    }


def _software(
    graph: Graph,
    citation: Citation,
    commit: str | None,
    records: Sequence[Mapping],
    code_terms: Reference,
    authors: Sequence[Reference],
) -> None:
    versions = sorted({pair for record in records for pair in record["versions"].items()})
    needed = [
        graph.add(f"#{name}-{version}", "SoftwareApplication", name=name, softwareVersion=version)
        for name, version in versions
    ]
    named = graph.add("#commit", "PropertyValue", name="Git commit", value=commit or "not known")
    graph.add(
        _SOFTWARE["@id"],
        "SoftwareApplication",
        name=citation.title,
        softwareVersion=citation.version,
        identifier=named,
        url=citation.repository,
        license=code_terms,
        author=authors,
        softwareRequirements=needed,
    )


def _cell(
    graph: Graph,
    found: Found,
    record: Mapping,
    configfiles: Sequence[str],
    configuration: Sequence[Reference],
    files: Mapping[str, Reference],
    times: _Times,
) -> Reference:
    """How a cell was made: command, inputs with their digests, outputs, time."""
    target = (found.folder / "cell.json").as_posix()
    inputs = [
        files.get(name)
        or graph.add(
            f"#{name}", "CreativeWork", name=name, description="not in this crate", sha256=digest
        )
        for name, digest in found.data.items()
    ]
    return graph.add(
        f"#cell/{found.cell.folder}",
        "CreateAction",
        name=f"The cell {found.cell.folder}, on {record['device']}",
        description=rerun_command(target, "cell", configfiles),
        instrument=_SOFTWARE,
        object=[*configuration, *inputs],
        result=[files[path.as_posix()] for path in found.files()],
        **_when([times[target]] if target in times else []),
    )


def _times(files: Iterable[str], project: Path) -> dict[str, tuple[float, float]]:
    """What Snakemake recorded of the run's files."""
    found = {}
    for name in files:
        if path := metadata.described(name):
            record = read_json(project / name, "record of Snakemake")
            begin, end = record.get("starttime"), record.get("endtime")
            if isinstance(begin, float) and isinstance(end, float):
                found[path] = begin, end
    return found


def _when(times: Iterable[tuple[float, float]]) -> dict[str, Any]:
    """The begin of the first and the end of the last, in ISO 8601; nothing without any."""
    listed = list(times)
    if not listed:
        return {}
    begin, end = min(begin for begin, _ in listed), max(end for _, end in listed)
    return {"startTime": _date(begin), "endTime": _date(end)}


def _date(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()
