#!/bin/sh
# CUDA 13 wants a driver of 580 or newer. Where the host's is older, NVIDIA's forward-compatibility libraries stand in; where it is
# new enough they must not be used, as an older libcuda than the driver's own would fail.
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
if [ -n "$host" ] && [ -n "$library" ] && [ "$(major "$host")" -lt "$(major "$ours")" ]; then
  echo "driver $host is older than $ours: using the forward-compatibility libraries in $compat"
  export LD_LIBRARY_PATH="$compat${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
fi
exec "${WORKER:-/app/ProcessingJob.Worker}" "$@"
