#!/usr/bin/env bash
# nvflare 2.9.0, FedOpt from a checkpoint: the clients train the checkpoint, the server steps from the untrained model.
#
# FedOptRecipe's initial_ckpt is "Used to load initial weights". The file goes to the persistor alone, which hands it to the clients
# of the first round; the server's optimizer holds the parameters of the model object, which stay as its constructor drew them, and what it
# returns takes the checkpoint's place. The first round ends at the untrained model plus an update that was trained on another one. With
# plain SGD at a rate of 1 on the server FedOpt is FedAvg. Seen with Python 3.12, 2026-11-30, the two parts put together as the recipe
# does, with a checkpoint of 10, a model object of 1 and updates of 0.5:
#
#   sent, after rounds 1 and 2: FedAvg 10.0, 10.5, 11.0; FedOpt 10.0, 1.5, 2.0
#
# Fails if that changes (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" torch==2.13.0 nvflare==2.9.0
seen=$(cd "$folder" && "$folder/venv/bin/python" - 2> /dev/null <<'PYTHON' | tail -n 1
import logging
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from nvflare.apis.dxo import DXO, DataKind
from nvflare.apis.event_type import EventType
from nvflare.apis.fl_constant import FLContextKey, ReservedKey
from nvflare.apis.fl_context import FLContext
from nvflare.app_common.app_constant import AppConstants
from nvflare.app_common.shareablegenerators.full_model_shareable_generator import FullModelShareableGenerator
from nvflare.app_opt.pt.fedopt import PTFedOptModelShareableGenerator
from nvflare.app_opt.pt.file_model_persistor import PTFileModelPersistor

logging.disable()
CHECKPOINT, UNTRAINED, UPDATE = 10.0, 1.0, 0.5
START = Path("start.pt").resolve()


def line(value):
    model = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.constant_(model.weight, value)
    return model


def rounds(generator):
    model = line(UNTRAINED)
    engine = SimpleNamespace(
        get_component=lambda name: model,
        build_component=lambda described: torch.optim.SGD(**described["args"]),
        fire_event=lambda event, context: None,
    )
    context = FLContext()
    context.set_prop(ReservedKey.ENGINE, engine, private=True, sticky=False)
    context.set_prop(FLContextKey.APP_ROOT, ".", private=True, sticky=False)
    persistor = PTFileModelPersistor(model="model", source_ckpt_file_full_name=str(START))
    for part in (persistor, generator):
        part.handle_event(EventType.START_RUN, context)
    current = persistor.load(context)
    values = [current["weights"]["weight"].item()]
    for _ in range(2):
        context.set_prop(AppConstants.GLOBAL_MODEL, current, private=True, sticky=True)
        update = DXO(DataKind.WEIGHT_DIFF, {"weight": np.full((1, 1), UPDATE, np.float32)})
        current = generator.shareable_to_learnable(update.to_shareable(), context)
        values.append(current["weights"]["weight"].item())
    return ", ".join(f"{value:.1f}" for value in values)


torch.save(line(CHECKPOINT).state_dict(), START)
sgd = {"path": "torch.optim.SGD", "args": {"lr": 1.0}}
stepped = PTFedOptModelShareableGenerator(sgd, source_model="model", device="cpu")
print(f"sent, after rounds 1 and 2: FedAvg {rounds(FullModelShareableGenerator())}; FedOpt {rounds(stepped)}")
PYTHON
)
echo "$seen"
[ "$seen" = "sent, after rounds 1 and 2: FedAvg 10.0, 10.5, 11.0; FedOpt 10.0, 1.5, 2.0" ]
