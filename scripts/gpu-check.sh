#!/usr/bin/env bash
# Measures a published worker on a machine with an NVIDIA GPU and the libraries of CUDA 13, in under 8 minutes: start-up failures, goldens,
# tokens per second from Parquet to Parquet and of the bare engine, beside transformers and sentence-transformers where Python has them.
#   scripts/gpu-check.sh PUBLISHED_FOLDER [GOLDENS] [--rehearse]
#     PUBLISHED_FOLDER   of: dotnet publish src/ProcessingJob.Worker -c Release -r linux-x64 --self-contained true -p:Accelerator=cuda -o FOLDER
#     GOLDENS            a folder of sentence-transformers folders, each with an expected.json (default: those of the tests)
#     --rehearse         the same steps on the CPU's provider with small shapes, in under 10 minutes
# Prints one table; writes gpu-check.json to OUT (default out/gpu-check). Needs Python 3.9 or newer, no packages. PYTHON names another one.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
folders=() rehearse=()
for argument in "$@"; do
  case $argument in
  --rehearse) rehearse=(--rehearse) ;;
  -*) echo "gpu-check: found option '$argument', expected --rehearse" >&2; exit 2 ;;
  *) folders+=("$argument") ;;
  esac
done
[ -x "${folders[0]:-}/ProcessingJob.Worker" ] || {
  echo "gpu-check: expected a folder with a published ProcessingJob.Worker; see the head of this script" >&2
  exit 2
}
python=${PYTHON:-python3}
command -v "$python" >/dev/null || { echo "gpu-check: $python is not on PATH; fix: install Python 3 or set PYTHON" >&2; exit 2; }
exec "$python" "$here/scripts/gpu-check/check.py" "${folders[0]}" "${folders[1]:-$here/tests/ProcessingJob.Models.Tests/folders}" \
  --out "${OUT:-$here/out/gpu-check}" "${rehearse[@]}"
