#!/usr/bin/env bash
# Packs pjob as a .NET tool: one package a platform, each with the worker inside, and pjob itself, which names them.
# usage: scripts/pack.sh [FOLDER [RID…]]; default: out/packages, and linux-x64, linux-arm64 and osx-arm64 (packed, not tried on a Mac).
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
folder=${1:-out/packages}
shift || true
platforms=$(IFS=';'; echo "${*:-linux-x64;linux-arm64;osx-arm64}")
# What an earlier build of another kind left there would be packed too.
for project in Cli Worker; do
  for platform in ${platforms//;/ }; do
    rm -rf "src/ProcessingJob.$project/bin/Release/net10.0/$platform"
  done
done
# The tool's own package belongs to no platform; without the first property the SDK would take this machine's.
dotnet pack src/ProcessingJob.Cli -c Release -v quiet -o "$folder" \
  -p:UseCurrentRuntimeIdentifier=false "-p:ToolPackageRuntimeIdentifiers=\"$platforms\"" "-p:RuntimeIdentifiers=\"$platforms\""
ls -l "$folder"
