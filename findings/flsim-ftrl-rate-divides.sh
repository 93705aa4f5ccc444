#!/usr/bin/env bash
# flsim 0.1.0, DP-FTRL: the server divides by its learning rate.
#
# DP-FTRL (Kairouz et al. 2021) puts the model at its start minus the rate times the noisy sum of all updates so far. The server
# optimizer divides that sum by `lr`: a rate of 0.1 takes the steps of 10, and the default of 0.001 those of 1000. At 1, where the
# package's own tests are, nothing shows. Without noise, clipping and momentum the rule is SGD, which FedAvgWithLROptimizer of the
# same package is. Seen with Python 3.10 (it needs it: PYTHON=python3.10), 2026-11-30, three rounds of one client with updates of 1:
#
#   lr 0.1: 10.0, 20.0, 30.0 (FedAvg: 0.1, 0.2, 0.3); lr 1: 1.0, 2.0, 3.0 (FedAvg: 1.0, 2.0, 3.0)
#
# Fails if that changes (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" flsim==0.1.0 torch==2.13.0 torchvision==0.28.0 \
  hydra-core==1.3.8 omegaconf==2.3.1 opacus==1.6.0
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON' | tail -n 1
import torch
from flsim.channels.message import Message
from flsim.optimizers.server_optimizers import FedAvgWithLROptimizerConfig, ServerFTRLOptimizerConfig
from flsim.privacy.common import PrivacySetting
from flsim.servers.sync_ftrl_servers import SyncFTRLServerConfig
from flsim.servers.sync_servers import SyncServerConfig
from flsim.utils.test_utils import SampleNet
from hydra.utils import instantiate


def line(value):
    model = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.constant_(model.weight, value)
    return SampleNet(model)


def rounds(config):
    """The model from 0 after each of three rounds in which one client's update is 1."""
    model = line(0.0)
    server, values = instantiate(config, global_model=model), []
    for _ in range(3):
        server.select_clients_for_training(num_total_users=1, users_per_round=1)
        server.init_round()
        server.receive_update_from_client(Message(model=line(-1.0), weight=1.0))  # what to subtract
        server.step()
        values.append(model.fl_get_module().weight.item())
    return ", ".join(f"{value:.1f}" for value in values)


def told(rate):
    unclipped = PrivacySetting(noise_multiplier=0.0, clipping_value=1000.0, noise_seed=0)
    private = SyncFTRLServerConfig(server_optimizer=ServerFTRLOptimizerConfig(lr=rate), privacy_setting=unclipped)
    plain = SyncServerConfig(server_optimizer=FedAvgWithLROptimizerConfig(lr=rate))
    return f"lr {rate:g}: {rounds(private)} (FedAvg: {rounds(plain)})"


print("; ".join(told(rate) for rate in (0.1, 1.0)))
PYTHON
)
echo "$seen"
[ "$seen" = "lr 0.1: 10.0, 20.0, 30.0 (FedAvg: 0.1, 0.2, 0.3); lr 1: 1.0, 2.0, 3.0 (FedAvg: 1.0, 2.0, 3.0)" ]
