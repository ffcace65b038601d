#!/usr/bin/env bash
# The whole path on this machine, with the .NET SDK alone: sample models, sample reviews, a job, its check, and pictures of it.
# The output is left in out/demo. Run again, it finds everything committed.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

model() { # folder, options of the sample program
  [[ -f out/$1/onnx/model.onnx ]] && return
  echo "== a model with random weights: out/$1"
  rm -rf "out/$1.part"
  dotnet run --project tests/ProcessingJob.Samples -c Release -- model "${@:2}" --out "out/$1.part" >/dev/null
  mv "out/$1.part" "out/$1"
}
model demo-model --size minilm --normalize
model demo-qa --head qa

echo "== pjob analyze: which max_length?"
scripts/pjob analyze scripts/demo/job.yaml

echo "== pjob run scripts/demo/job.yaml"
scripts/pjob run scripts/demo/job.yaml

echo "== pjob check out/demo"
scripts/pjob check out/demo

echo "== pjob search: the nearest reviews (with random weights they share words at best)"
scripts/pjob search out/demo "the battery died after a week" --top 3

echo "== pjob ask: an answer cut from a text (random weights guess)"
scripts/pjob ask out/demo-qa --context scripts/demo/guarantee.txt --question "How long is the guarantee?" --plot out/demo-ask.html

echo "== pjob report: one page about the job"
scripts/pjob report out/demo --out out/demo-report.html

echo "== one row of $PWD/out/demo"
scripts/pjob head out/demo
