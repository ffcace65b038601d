#!/usr/bin/env bash
# Packs pjob as a .NET tool: one package a platform, each with the worker inside, and pjob itself, which names them; and the libraries.
# usage: [VERSION=1.2.3] scripts/pack.sh [FOLDER [RID…]]; default: out/packages, and linux-x64, linux-arm64 and osx-arm64 (packed, not tried
# on a Mac). A version such as 1.2.3-rc.1 takes the place of the one in Directory.Build.props.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
folder=${1:-out/packages}
shift || true
platforms=$(IFS=';'; echo "${*:-linux-x64;linux-arm64;osx-arm64}")
# Folders of its own: builds for several platforms share none with the checkout's.
build=(-c Release -v quiet -o "$folder" --artifacts-path out/pack)
# The tool's own package belongs to no platform; without the first property the SDK would take this machine's.
version=()
[[ -z ${VERSION:-} ]] || version=("-p:Version=$VERSION")
echo "packing pjob for ${platforms//;/, }: one to five minutes"
dotnet pack src/ProcessingJob.Cli "${build[@]}" "${version[@]}" \
  -p:UseCurrentRuntimeIdentifier=false "-p:ToolPackageRuntimeIdentifiers=\"$platforms\"" "-p:RuntimeIdentifiers=\"$platforms\""
# The seven libraries: those with a readme.
echo "packing the libraries"
for readme in src/*/README.md; do
  dotnet pack "$(dirname "$readme")" "${build[@]}" -p:CheckPublicApi=true "${version[@]}"
done
ls -l "$folder"
