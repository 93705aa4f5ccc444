"""Tell which switches a cell reads."""

from collections.abc import Callable, Iterable, Mapping

from edgecase import attacks
from edgecase.base.parameters import parameters
from edgecase.datasets import DATASETS, Dataset, LanguageDataset, TextDataset
from edgecase.population import poison
from edgecase.population.participation import FixedFrequency, FixedPool
from edgecase.population.participation import parse as parse_participation
from edgecase.results.cells import Cell


def switches_read(task: Mapping, names: Iterable[str], cell: Cell | None = None) -> dict[str, str]:
    """Those of the switches `names` that a job of the resolved `task` reads, and their values.

    Without a `cell` it is the job of a starting model, which knows no attack and no defense.
    """
    values = task["switches"]
    return {name: values[name] for name in names if _READERS[name](task, cell)}


def _has_orientation(task: Mapping, cell: Cell | None) -> bool:
    return DATASETS[task["dataset"]].stored_orientation is not None


def _is_colour(task: Mapping, cell: Cell | None) -> bool:
    dataset = DATASETS[task["dataset"]]
    if not isinstance(dataset, Dataset):
        return False
    return dataset.shape[-1] == 3 and not dataset.photographs


def _is_text(task: Mapping, cell: Cell | None) -> bool:
    return isinstance(DATASETS[task["dataset"]], TextDataset)


def _is_recurrent(task: Mapping, cell: Cell | None) -> bool:
    return isinstance(DATASETS[task["dataset"]], TextDataset | LanguageDataset)


def _is_pgd(task: Mapping, cell: Cell | None) -> bool:
    return cell is not None and "radius_decay" in attacks.declared(cell.attack)


def _has_rounds_without_attacker(task: Mapping, cell: Cell | None) -> bool:
    return (
        cell is not None
        and cell.defense == "multi-krum"
        and cell.attack != attacks.NO_ATTACK
        and isinstance(parse_participation(cell.participation), FixedFrequency)
    )


def _of_the_edge_set(switch: str) -> Callable[[Mapping, Cell | None], bool]:
    def reads(task: Mapping, cell: Cell | None) -> bool:
        about = parameters(poison.family_of(task["edge_set"])).get(switch)
        return about is not None and about.item is not None

    return reads


def _is_multi_krum_on_text(task: Mapping, cell: Cell | None) -> bool:
    return cell is not None and cell.defense == "multi-krum" and _is_text(task, cell)


def _attacks_text_by(switch: str) -> Callable[[Mapping, Cell | None], bool]:
    def reads(task: Mapping, cell: Cell | None) -> bool:
        return cell is not None and switch in attacks.declared(cell.attack) and _is_text(task, cell)

    return reads


def _assumes_a_pool(task: Mapping, cell: Cell | None) -> bool:
    return (
        cell is not None
        and isinstance(parse_participation(cell.participation), FixedPool)
        and (
            "pool_assumptions" in attacks.declared(cell.attack)
            or cell.defense in ("krum", "multi-krum")
        )
    )


def _honest_hold_edge_data(task: Mapping, cell: Cell | None) -> bool:
    return cell is not None and (
        cell.case != poison.CASES[0] or bool(task["poison"].get("unusual_photos"))
    )


_READERS: dict[str, Callable[[Mapping, Cell | None], bool]] = {
    "orientation": _has_orientation,
    "transforms": _is_colour,
    "padding": _is_text,
    "carry_hidden": _is_recurrent,
    "multi_krum_branch": _is_multi_krum_on_text,
    "replacement_counts": _attacks_text_by("replacement_counts"),
    "projection_order": _attacks_text_by("projection_order"),
    "radius_decay": _is_pgd,
    "multi_krum_counts": _has_rounds_without_attacker,
    "p_study": _of_the_edge_set("p_study"),
    "overlap": _of_the_edge_set("overlap"),
    "pool_assumptions": _assumes_a_pool,
    "edge_sample_weight": _honest_hold_edge_data,
}
