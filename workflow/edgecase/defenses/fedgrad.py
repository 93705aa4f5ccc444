"""fedgrad: two filters on the last layer's gradients (Nguyen et al. 2023)."""

from __future__ import annotations

from dataclasses import dataclass

from edgecase.base.errors import ConfigError
from edgecase.base.lazy import lazy, torch
from edgecase.base.parameters import parameter
from edgecase.defenses.contract import (
    GENERATOR,
    GLOBAL_MODEL,
    LAST_LAYER,
    Aggregate,
    RoundInputs,
    Rule,
    combine,
    needed,
)
from edgecase.defenses.distances import row_norms, weighted_sum
from edgecase.defenses.history import Roster
from edgecase.defenses.krum import krum_scores
from edgecase.defenses.postconditions import require, require_no_noise, require_unclipped
from edgecase.defenses.registry import register

cluster = lazy("sklearn.cluster")

#: a mean trust from here on is pardoned; what a client starts with, and what a round adds.
_PARDONED, _START, _FLAGGED, _KEPT = 0.75, 0.5, 0.25, 1.0

#: differences to the average that are shorter than this share of the update are rounding.
_ALIKE = 1e-12


@register("fedgrad", label="FedGrad")
@dataclass(frozen=True)
class FedGrad(Rule):
    """The average by sample count of the clients that neither filter flags.

    In the last layer's matrix, ū is the average of the updates and d_i = update_i − ū.
    Soft: s_i = cos(d_i, ū), scaled to [0, 1] over the round, and c_i its mean over the rounds that
    client i took part in; flagged if c_i > min(η, median c). Hard: the cosines of the row sums of
    d_i, and those of the biases of the models, are two matrices [m, m], each column scaled to
    [0, 1] and averaged over the rounds that both clients took part in. A client's features are its
    two rows; 2-means parts them, and the cluster without the Krum winner is flagged. Before
    `switch_round` rounds the soft filter stands alone. With `trust`, from then on a client is
    pardoned whose mean of 0.5 and, for each round, 0.25 if flagged or else 1 is at least 0.75.

    Nguyen et al., "FedGrad: Mitigating backdoor attacks in federated learning through local
    ultimate gradients inspection", 2023; by the authors' program, which is a fork of the
    edge-case paper's and starts 2-means unseeded. Published on edge cases: VGG-9 on CIFAR-10 and
    LeNet on EMNIST, η 0.5, switch after 50 rounds.

    Assumes that f attackers at most take part in a round. Memory: a mean for each client, two for
    each pair. By design the soft filter flags at least ⌊m/2⌋ of m honest clients whose scores
    differ, and of ten honest clients 7 are refused once 2-means, which always parts them, takes
    part. If nobody is left the model stays.
    """

    may_refuse_all = True

    num_byzantine: int = parameter("attackers assumed in a round, f", minimum=1, default=1)
    eta: float = parameter("η: scores up to it are not flagged", minimum=0, maximum=1, default=0.5)
    switch_round: int = parameter("round from which both filters act", minimum=1, default=50)
    trust: bool = parameter("whether clients with a good record are pardoned", default=False)

    @property
    def remembers_clients(self) -> bool:
        return True

    def minimum_clients(self) -> int:
        """Krum's score needs one neighbour: m − f − 2 >= 1."""
        return self.num_byzantine + 3

    def aggregate(self, inputs: RoundInputs) -> Aggregate:
        memory, roster = self._remembered(inputs)
        rows, round = roster.rows, int(memory["round"])
        scores = memory["scores"][rows]
        soft = scores > min(self.eta, scores.quantile(0.5).item())
        flagged = soft
        if round >= self.switch_round:
            pairs = rows[:, None], rows
            features = torch.cat([memory["pair_weights"][pairs], memory["pair_biases"][pairs]], 1)
            flagged = soft | self._hard(features, inputs)
        if self.trust:
            flagged = _pardoned(flagged, soft, memory, rows, round >= self.switch_round)
        return combine(inputs, inputs.shares_of(~flagged), memory=memory, scores=scores, soft=soft)

    def check(self, aggregate: Aggregate, inputs: RoundInputs) -> None:
        """Whole updates are averaged, and without trust nobody is kept whom the soft filter
        flags."""
        require_unclipped(aggregate)
        require_no_noise(aggregate)
        require("soft" in aggregate.diagnostics, "the soft filter did not run")
        wrong = (aggregate.accepted & aggregate.diagnostics["soft"]).nonzero().flatten().tolist()
        require(self.trust or not wrong, f"rows {wrong} are flagged and kept", wrong)

    def _remembered(self, inputs: RoundInputs) -> tuple[dict[str, torch.Tensor], Roster]:
        """The memory after this round: running means by client and by pair of clients."""
        last, device = inputs.memory, inputs.norms.device
        roster = Roster.of(last, inputs.client_ids, device)
        rows, k = roster.rows, len(roster.clients)
        means = {name: roster.grown(last.get(name)) for name in ("scores", "rounds")}
        for name in ("pair_weights", "pair_biases", "pair_rounds"):
            columns = roster.grown(last.get(name), k)
            means[name] = columns if name not in last else roster.grown(columns.T).T
        scores, weights, biases = self._measured(inputs)
        _average(means["scores"], means["rounds"], (rows,), scores)
        pairs = rows[:, None], rows
        before = means["pair_rounds"].clone()
        _average(means["pair_weights"], means["pair_rounds"], pairs, weights)
        _average(means["pair_biases"], before, pairs, biases)
        if self.trust:
            own = last.get("trust")
            means["trust"] = roster.grown(own)
            means["trust"][0 if own is None else len(own) :] = _START
        first = inputs.norms.new_zeros((), dtype=torch.int64)
        return means | {
            "clients": roster.clients,
            "round": last.get("round", first) + 1,
        }, roster

    def _measured(self, inputs: RoundInputs) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """This round's scores [m], and cosines [m, m] of row sums and of biases, all scaled."""
        layer = needed(inputs.last_layer, self.name, LAST_LAYER)
        model = needed(inputs.global_model, self.name, GLOBAL_MODEL)
        if layer.bias is None:
            raise ConfigError(f"{self.name}: the model's last layer has no bias")
        updates = inputs.updates[:, layer.weight]
        mean = weighted_sum(updates, inputs.shares)
        apart = updates.to(torch.float64) - mean
        # What is left of equal updates is rounding, and has no direction.
        apart[row_norms(apart) <= _ALIKE * row_norms(updates)] = 0
        cosines = _units(apart) @ _units(mean[None])[0]
        sums = apart.unflatten(1, (layer.classes, -1)).sum(dim=2)
        biases = model[layer.bias].to(torch.float64) + inputs.updates[:, layer.bias]
        sums, biases = _units(sums), _units(biases)
        return _scaled(cosines), _scaled(sums @ sums.T), _scaled(biases @ biases.T)

    def _hard(self, features: torch.Tensor, inputs: RoundInputs) -> torch.Tensor:
        """Who is not in the cluster of the Krum winner: bool [m]."""
        if (features == features[0]).all():
            return torch.zeros(len(features), dtype=torch.bool, device=features.device)
        generator = needed(inputs.generator, self.name, GENERATOR)
        draw = torch.randint(2**31 - 1, (), generator=generator, device=generator.device)
        halves = cluster.KMeans(2, n_init=1, random_state=int(draw))
        labels = torch.from_numpy(halves.fit_predict(features.cpu().numpy())).to(features.device)
        trusted = krum_scores(inputs.updates, self.num_byzantine).argmin()
        return labels != labels[trusted]


def _pardoned(
    flagged: torch.Tensor,
    soft: torch.Tensor,
    memory: dict[str, torch.Tensor],
    rows: torch.Tensor,
    switched: bool,
) -> torch.Tensor:
    """Who stays flagged [m] after the pardons; `memory` takes up what that says of each client."""
    given = memory["rounds"][rows] - 1
    if switched:
        stays = flagged & (memory["trust"][rows] / (given + 1) < _PARDONED)
        flagged = stays if stays.any() else soft
    memory["trust"][rows] += torch.where(flagged, _FLAGGED, _KEPT).to(torch.float64)
    return flagged


def _average(means: torch.Tensor, counts: torch.Tensor, at: tuple, values: torch.Tensor) -> None:
    """Take `values` into the `means` at some places, and count them there."""
    counts[at] += 1
    means[at] += (values - means[at]) / counts[at]


def _units(rows: torch.Tensor) -> torch.Tensor:
    """Rows [m, k] at length 1; rows of zeros stay."""
    return rows / row_norms(rows).clamp(min=torch.finfo(torch.float64).tiny)[:, None]


def _scaled(values: torch.Tensor) -> torch.Tensor:
    """Each column of [m, ...] from its smallest value at 0 to its largest at 1; else 0."""
    low, high = values.amin(dim=0), values.amax(dim=0)
    return torch.where(high > low, (values - low) / (high - low), 0.0)
