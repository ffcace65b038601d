#!/usr/bin/env bash
# The whole path on this machine, with the .NET SDK alone: a sample model, sample reviews, a job, its check.
# The output is left in out/demo. Run again, it finds everything committed.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

if [[ ! -f out/demo-model/onnx/model.onnx ]]; then
  echo "== a MiniLM-shaped model with random weights: out/demo-model"
  rm -rf out/demo-model.part
  dotnet run --project tests/ProcessingJob.Samples -c Release -- model --size minilm --normalize --out out/demo-model.part
  mv out/demo-model.part out/demo-model
fi

echo "== pjob run scripts/demo/job.yaml"
scripts/pjob run scripts/demo/job.yaml

echo "== pjob check out/demo"
scripts/pjob check out/demo

echo "== one row of $PWD/out/demo"
scripts/pjob head out/demo
