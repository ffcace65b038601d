#!/usr/bin/env bash
# Changes the code of the spec, of the units and of the commit in small ways (Stryker.NET) and tells which changes no test notices:
# out/mutation/AREA/reports. Takes hours. Changes of static fields may be listed wrongly: their values are made once in a run.
# usage: scripts/mutation.sh [AREA…]   areas: spec, units, write, finish, store; default: all
# FILES='**/Spec/Durations.cs,**/Spec/Embed.cs' scripts/mutation.sh spec   takes some files of an area
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 ORT_DISABLE_TELEMETRY=1 AWS_EC2_METADATA_DISABLED=true
version=5.1.0
tool=$PWD/out/stryker-$version/dotnet-stryker
[[ -x $tool ]] || dotnet tool install dotnet-stryker --version "$version" --tool-path "$(dirname "$tool")" >/dev/null

# Project and files of an area.
declare -A areas=(
  [spec]="Contract **/Spec/*.cs"
  [units]="Contract **/Plan/UnitCutter.cs,**/Plan/RowBound.cs,**/Plan/WorkUnit.cs"
  [write]="Data **/Writing/UnitWriter.cs,**/Writing/PartFile.cs,**/Writing/SplitWriter.cs"
  [finish]="Data **/Finalizing/*.cs"
  [store]="Storage **/LocalStore.cs,**/LocalStagedFile.cs,**/DurableFiles.cs,**/S3Store.cs,**/S3StagedFile.cs"
)
[[ $# -gt 0 ]] || set -- spec units write finish store
for area in "$@"; do
  [[ -n ${areas[$area]:-} ]] || { echo "error: found area '$area', expected spec, units, write, finish or store" >&2; exit 2; }
done
for area in "$@"; do
  read -r project files <<<"${areas[$area]}"
  mutate=()
  IFS=, read -ra globs <<<"${FILES:-$files}"
  for glob in "${globs[@]}"; do mutate+=(--mutate "$glob"); done
  echo "== $area: ProcessingJob.$project, ${FILES:-$files}"
  (
    # Stryker takes the test project of the folder that it is started in. Of its runners only mtp knows xunit v3.
    cd "tests/ProcessingJob.$project.Tests"
    "$tool" --test-runner mtp --project "ProcessingJob.$project.csproj" --configuration Release "${mutate[@]}" \
      --reporter Dots --reporter Json --reporter Html --skip-version-check --output "$OLDPWD/out/mutation/$area"
  )
done

command -v jq >/dev/null || { echo "jq is not installed: the survivors are in out/mutation/*/reports" >&2; exit 0; }
for area in "$@"; do
  jq -r --arg area "$area" '
    .files | to_entries[] | (.key | sub(".*/src/"; "")) as $file | (.value.source | split("\n")) as $lines
    | [.value.mutants[] | select(.status | IN("Killed", "Timeout", "Survived", "NoCoverage"))] as $tried | select($tried | length > 0)
    | [$tried[] | select(.status | IN("Survived", "NoCoverage"))] as $left
    | "\($area): \($file): \(100 * (($tried | length) - ($left | length)) / ($tried | length) | floor) % of \($tried | length)",
      ($left[] | "  \(.location.start.line): \(.mutatorName) (\(.status)): \($lines[.location.start.line - 1] | gsub("^ +"; ""))")
  ' "out/mutation/$area/reports/mutation-report.json"
done
