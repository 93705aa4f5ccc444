"""deepsight: clusters by last layers, suspicious or not, and clipping (Rieger et al. 2022)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edgecase.base.lazy import lazy, torch
from edgecase.base.parameters import parameter
from edgecase.defenses.contract import (
    GENERATOR,
    GLOBAL_MODEL,
    LAST_LAYER,
    NETWORK,
    Aggregate,
    RoundInputs,
    Rule,
    combine,
    needed,
)
from edgecase.defenses.distances import clip_factors, row_norms
from edgecase.defenses.flame import median_norm
from edgecase.defenses.last_layer import LastLayer
from edgecase.defenses.postconditions import require_clipped, require_no_noise
from edgecase.defenses.registry import register
from edgecase.defenses.similarity import geometry

cluster = lazy("sklearn.cluster")

#: random inputs that all models see before the next ones are drawn.
_PROBED_AT_ONCE = 1000


@register("deepsight", label="DeepSight")
@dataclass(frozen=True)
class DeepSight(Rule):
    """Mean by samples of the clients in clusters with few suspicious ones, clipped at the median
    norm of all.

    In the last layer, class c has the energy ε_c = |Δb_c| + Σ_h |ΔW_ch| and NEUP_c = ε_c² / Σ ε².
    A client is suspicious if at most half the median number of classes (TE) exceeds
    max(0.01, 1/C) · max NEUP. DDif_c is the mean over random inputs of the client's softmax
    probability of class c by the global model's. Three kinds of clustering by HDBSCAN, of cosine
    distances of the updates of the bias, of NEUPs and of DDifs (mean over the seeds), each make a
    matrix of 0 (same cluster) and 1; HDBSCAN of their mean gives the clusters. A cluster is kept
    if less than `tau` of it are suspicious; a client in none is judged alone. If nobody is kept,
    the model stays. Rieger et al., "DeepSight", NDSS 2022: no code was released, and the paper was
    read in restatements alone (not verified); sizes of clusters, inputs and seeds are parameters.

    Needs three classes or more: two outputs have equal energies, and one is always suspicious.
    Assumes that attackers train on few labels; one who also trains on clean data, as with edge
    cases, has a high TE. No memory. Passes `probe_seeds` · `probes` · (m + 1) inputs through the
    model in a round: 660,000 at m = 10 and the paper's 20,000. Of honest clients it refuses none
    that are independent, and 11 to 15 % with rows of Dirichlet(0.5).
    """

    probes: int = parameter("random inputs of a DDif", minimum=1, default=20_000)
    probe_seeds: int = parameter("DDifs, each of inputs of its own", minimum=1, default=3)
    min_cluster_size: int = parameter("HDBSCAN: fewest clients of a cluster", minimum=2, default=2)
    min_samples: int = parameter("HDBSCAN: neighbours of a core client", minimum=1, default=1)
    allow_single_cluster: bool = parameter("HDBSCAN: whether all may be one cluster", default=True)
    tau: float = parameter(
        "share of suspicious clients from which a cluster is refused",
        above=0,
        maximum=1,
        default=1 / 3,
    )

    may_refuse_all = True
    fewest_classes = 3

    def minimum_clients(self) -> int:
        return max(4, self.min_cluster_size, self.min_samples + 1)

    def inputs_asked(self, clients: int) -> float:
        return self.probe_seeds * self.probes * (clients + 1)

    def aggregate(self, inputs: RoundInputs) -> Aggregate:
        layer = needed(inputs.last_layer, self.name, LAST_LAYER)
        neups = normalised_energies(layer, inputs.updates)
        energetic = threshold_exceedings(neups)
        suspicious = energetic <= energetic.double().quantile(0.5) / 2
        bias = layer.biases(inputs.updates)
        bias = layer.flat(inputs.updates) if bias is None else bias
        cosines = geometry(bias.contiguous(), row_norms(bias)).cosine_distances
        kinds = [self._apart(cosines, "precomputed")]
        kinds.append(self._apart(neups, "euclidean"))
        ddifs = self._division_differences(inputs)
        kinds.append(np.mean([self._apart(ddif, "euclidean") for ddif in ddifs], axis=0))
        labels = self._labels(np.mean(kinds, axis=0), "precomputed")
        kept = torch.tensor(
            _accepted(labels, suspicious.cpu().numpy(), self.tau), device=inputs.updates.device
        )
        bound = median_norm(inputs.norms)
        factors = torch.where(kept, clip_factors(inputs.norms, bound), 1.0)
        return combine(
            inputs,
            inputs.shares_of(kept),
            clip_factors=factors,
            bound=bound,
            energetic=energetic,
            suspicious=suspicious,
        )

    def check(self, aggregate: Aggregate, inputs: RoundInputs) -> None:
        """The kept are clipped at the median norm, without noise."""
        norms = inputs.norms * aggregate.accepted
        require_clipped(aggregate, norms, median_norm(inputs.norms))
        require_no_noise(aggregate)

    def _division_differences(self, inputs: RoundInputs) -> list[torch.Tensor]:
        """The DDif [m, C] of each seed, float64."""
        network = needed(inputs.network, self.name, NETWORK)
        start = needed(inputs.global_model, self.name, GLOBAL_MODEL)
        generator = needed(inputs.generator, self.name, GENERATOR)
        found = []
        for _ in range(self.probe_seeds):
            total: list[torch.Tensor | float] = [0.0] * len(inputs.updates)
            for first in range(0, self.probes, _PROBED_AT_ONCE):
                count = min(_PROBED_AT_ONCE, self.probes - first)
                probes = torch.rand(
                    count, *network.input_shape, generator=generator, device=generator.device
                )
                whole = network.outputs(start, probes).double().softmax(1)
                whole = whole.clamp(min=torch.finfo(torch.float64).tiny)
                for row, update in enumerate(inputs.updates):
                    own = network.outputs(start + update, probes, inputs.buffers[row])
                    total[row] = total[row] + (own.double().softmax(1) / whole).sum(0)
            found.append(torch.stack([torch.as_tensor(part) for part in total]) / self.probes)
        return found

    def _apart(self, points: torch.Tensor, metric: str) -> np.ndarray:
        """1 for each pair [m, m] that is not in one cluster; nobody in none is with anybody."""
        labels = self._labels(points.cpu().numpy(), metric)
        same = (labels[:, None] == labels) & (labels >= 0)
        return 1.0 - (same | np.eye(len(labels), dtype=bool))

    def _labels(self, points: np.ndarray, metric: str) -> np.ndarray:
        """HDBSCAN's cluster of each [m]; −1 for none."""
        # scikit-learn counts a client as its own neighbour, the authors' library does not.
        found = cluster.HDBSCAN(
            min_cluster_size=self.min_cluster_size,
            min_samples=self.min_samples + 1,
            metric=metric,
            allow_single_cluster=self.allow_single_cluster,
            copy=True,
        )
        return found.fit_predict(np.asarray(points, dtype=np.float64))


def normalised_energies(layer: LastLayer, updates: torch.Tensor) -> torch.Tensor:
    """NEUP of each of the updates [m, P]: [m, C], float64; a row sums to 1, or to 0 of u_i = 0."""
    energies = layer.weights(updates).double().abs().sum(-1)
    if (bias := layer.biases(updates)) is not None:
        energies = energies + bias.double().abs()
    squares = energies.square()
    return (squares / squares.sum(1, keepdim=True)).nan_to_num(nan=0.0)


def threshold_exceedings(neups: torch.Tensor) -> torch.Tensor:
    """TE [m]: how many classes of each row [m, C] exceed max(0.01, 1/C) of the row's largest."""
    share = max(0.01, 1 / neups.shape[1])
    return (neups > share * neups.max(1, keepdim=True).values).sum(1)


def _accepted(labels: np.ndarray, suspicious: np.ndarray, tau: float) -> list[bool]:
    """Whose cluster has less than `tau` suspicious ones; a client without one is judged alone."""
    shares = {label: suspicious[labels == label].mean() for label in set(labels.tolist())}
    return [
        not alone_suspicious if label < 0 else bool(shares[label] < tau)
        for label, alone_suspicious in zip(labels.tolist(), suspicious.tolist(), strict=True)
    ]
