#!/usr/bin/env bash
# safetensors 0.8.0, `safetensors.numpy`: a transposed array is saved with its numbers in other places.
#
# Saving and loading is expected to give the same array, or an error, as `safetensors.torch` gives for a tensor that is not
# contiguous, and as 0.7.0 did. The memory is written as it lies under the array's shape, without a warning: a transposed
# matrix, one in Fortran's order (scikit-learn's components, files of MATLAB), a mirrored image and every second row come back wrong.
# Seen with Python 3.11, 2026-11-30 (safetensors issue 825, open):
#
#   0.7.0: as they are True, transposed True, Fortran True, mirrored True, every second row True
#   0.8.0: as they are True, transposed False, Fortran False, mirrored False, every second row False
#
# Fails if that changes. Our files are written from tensors (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
cat > "$folder/there_and_back.py" <<'PYTHON'
import numpy as np
import safetensors
from safetensors.numpy import load, save

rows = np.arange(12.0).reshape(4, 3)
arrays = {
    "as they are": rows,
    "transposed": rows.T,
    "Fortran": np.asfortranarray(rows),
    "mirrored": rows[:, ::-1],
    "every second row": rows[::2],
}
same = (f"{name} {np.array_equal(load(save({'x': array}))['x'], array)}" for name, array in arrays.items())
print(f"{safetensors.__version__}: " + ", ".join(same))
PYTHON
seen=$(for version in 0.7.0 0.8.0; do
    "$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" numpy==2.4.6 "safetensors==$version"
    "$folder/venv/bin/python" "$folder/there_and_back.py"
done)
echo "$seen"
[ "$seen" = "$(printf '0.7.0: as they are True, transposed True, Fortran True, mirrored True, every second row True\n0.8.0: as they are True, transposed False, Fortran False, mirrored False, every second row False')" ]
