"""Keep a row of numbers for each client that has been seen, in the order of its first round."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from edgecase.base.lazy import torch


@dataclass(frozen=True, eq=False)
class Roster:
    """The clients a rule has seen: `clients` int64 [k], and which row each of a round's has.

    >>> first = Roster.of({}, (7, -1), torch.device("cpu"))
    >>> then = Roster.of({"clients": first.clients}, (3, 7), torch.device("cpu"))
    >>> then.clients.tolist(), then.rows.tolist(), then.seen
    ([7, -1, 3], [2, 0], 2)
    >>> then.grown(torch.tensor([[5.0], [6.0]])).tolist()
    [[5.0], [6.0], [0.0]]
    """

    clients: torch.Tensor
    rows: torch.Tensor
    #: how many there were before the round.
    seen: int

    @classmethod
    def of(
        cls, memory: Mapping[str, torch.Tensor], ids: tuple[int, ...], device: torch.device
    ) -> Roster:
        """The clients of `memory` (under "clients"), with those of a round, `ids` [m]."""
        before = memory["clients"].tolist() if "clients" in memory else []
        place = {client: row for row, client in enumerate(dict.fromkeys([*before, *ids]))}
        rows = [place[client] for client in ids]
        return cls(
            torch.tensor(list(place), dtype=torch.int64, device=device),
            torch.tensor(rows, dtype=torch.int64, device=device),
            len(before),
        )

    def grown(self, table: torch.Tensor | None, *columns: int) -> torch.Tensor:
        """A copy of `table` [seen, ...] with rows of zeros for those who are new: [k, ...].

        Without a table, zeros [k, *columns], float64.
        """
        if table is None:
            size = len(self.clients), *columns
            return torch.zeros(size, dtype=torch.float64, device=self.clients.device)
        new = table.new_zeros(len(self.clients) - self.seen, *table.shape[1:])
        return torch.cat([table, new])
