"""Collect the switches of the released code's departures, each declared where it is read."""

from edgecase import attacks
from edgecase.base.parameters import Parameter, parameters
from edgecase.federation.parameters import CellSwitches
from edgecase.population import poison


def declared_switches() -> dict[str, Parameter]:
    """Name → declaration of every switch, in the order of the items of docs/fidelity.md."""
    groups = [CellSwitches, *attacks.all_parts().values(), *poison.families()]
    found = {
        name: about
        for group in groups
        for name, about in parameters(group).items()
        if about.item is not None
    }
    return dict(sorted(found.items(), key=lambda entry: entry[1].item or 0))


#: name → the default of every switch.
SWITCHES: dict[str, str] = {name: about.default for name, about in declared_switches().items()}
