#!/usr/bin/env bash
# nvflare 2.9.0, FedBuff with staleness_weight=True: an update that is not stale counts half.
#
# FedBuff (Nguyen et al. 2022, which its docstring follows) weighs an update by 1 / sqrt(1 + t) when the model has had t new versions
# since the device got it, so a fresh one by 1. The package counts the version that it is about to make, and adds 1 to the root
# instead of under it: 1 / (1 + sqrt(1 + t)). Where nobody is late the model moves half as far as without the option. Seen with Python
# 3.12, 2026-11-30, for two updates of 1 at a server rate of 1:
#
#   late by 0: 0.500 (the rule: 1.000); 3: 0.333 (the rule: 0.500); 8: 0.250 (the rule: 0.333)
#
# Fails if that changes (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" nvflare==2.9.0
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON' | tail -n 1
import logging

from nvflare.apis.dxo import DXO, DataKind
from nvflare.apis.fl_constant import ReservedKey
from nvflare.apis.fl_context import FLContext
from nvflare.edge.assessors.buff_model_manager import BuffModelManager
from nvflare.edge.mud import ModelUpdate

logging.disable()


class Engine:
    def fire_event(self, event, context):
        pass


def value(server, context):
    return server.get_current_model(context).data["weight"][0]


def receive(server, version, context):
    """The buffer's two updates of 1, both from devices that were sent `version`; the step that the model takes."""
    before = value(server, context)
    for device in ("first", "second"):
        update = DXO(DataKind.WEIGHT_DIFF, {"dict": {"weight": [1.0]}, "count": 1})
        server.process_updates({version: ModelUpdate(version, update.to_shareable(), {device: 0.0})}, context)
    return value(server, context) - before


def step(late):
    context = FLContext()
    context.set_prop(ReservedKey.ENGINE, Engine(), private=True, sticky=False)
    server = BuffModelManager(num_updates_for_model=2, global_lr=1.0, staleness_weight=True)
    server.initialize_model(DXO(DataKind.WEIGHTS, {"weight": [0.0]}), context)
    server.generate_new_model(context)  # version 1 is the model itself
    for version in range(1, late + 1):
        receive(server, version, context)
    return receive(server, server.current_model_version - late, context)


told = "; ".join(f"{late}: {step(late):.3f} (the rule: {(1 + late) ** -0.5:.3f})" for late in (0, 3, 8))
print(f"late by {told}")
PYTHON
)
echo "$seen"
[ "$seen" = "late by 0: 0.500 (the rule: 1.000); 3: 0.333 (the rule: 0.500); 8: 0.250 (the rule: 0.333)" ]
