#!/usr/bin/env bash
# Writes src/*/PublicAPI.Unshipped.txt anew: what the packages offer beyond PublicAPI.Shipped.txt. scripts/test.sh fails where they differ.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
for folder in src/*/; do
  file=${folder}PublicAPI.Unshipped.txt
  [[ -f $file ]] || continue
  echo '#nullable enable' >"$file"
  name=$(basename "$folder")
  # RS0016 names every public symbol that is in neither file; projects that this one refers to have lists of their own.
  dotnet build "$folder" -c Release -v quiet --no-incremental -p:CheckPublicApi=true -p:TreatWarningsAsErrors=false 2>&1 |
    grep -F "/$name.csproj]" |
    sed -n "s/.*warning RS0016: Symbol '\(.*\)' is not part of the declared public API.*/\1/p" | LC_ALL=C sort -u >>"$file"
  echo "$file: $(($(wc -l <"$file") - 1)) symbols"
done
