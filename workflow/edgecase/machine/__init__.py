"""The machine a job runs on: its GPUs and their slots, its device, what its processor can do."""
