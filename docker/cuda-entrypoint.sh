#!/bin/sh
# CUDA 13 requires driver 580 or newer. With 535 to 579 NVIDIA's forward-compatibility libraries are used; with a newer one they must not
# be, as a libcuda older than the driver fails. Below 535 nothing helps: the worker's own check says so and ends with exit code 4.
set -eu
compat=${CUDA_COMPAT_FOLDER:-/usr/local/cuda/compat}
version_file=${NVIDIA_VERSION_FILE:-/proc/driver/nvidia/version}

major() { printf '%s\n' "$1" | cut -d. -f1; }

host=""
if [ -r "$version_file" ]; then
  # "… Kernel Module  535.183.01  …" or "… Open Kernel Module for x86_64  570.86.15  …"
  host=$(grep '^NVRM version:' "$version_file" | grep -oE '[0-9]{3,}\.[0-9.]+' | head -n 1)
fi
library=$(find "$compat" -name 'libcuda.so.[0-9]*.*' 2>/dev/null | head -n 1)
ours=${library##*libcuda.so.}
if [ -n "$host" ] && [ -n "$library" ] && [ "$(major "$host")" -ge 535 ] && [ "$(major "$host")" -lt "$(major "$ours")" ]; then
  echo "driver $host is older than $ours: using the forward-compatibility libraries in $compat"
  export LD_LIBRARY_PATH="$compat${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
fi
exec "${WORKER:-/app/ProcessingJob.Worker}" "$@"
