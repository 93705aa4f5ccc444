"""What can be known of the machine without loading torch."""

from pathlib import Path


def has_nvidia_driver() -> bool:
    """Whether an NVIDIA driver is loaded, so that a CUDA device may be there."""
    return Path("/dev/nvidiactl").exists()
