#!/usr/bin/env bash
# Two million generated rows in mixed formats over five local hosts, workers killed at random: the output must be identical to that of an undisturbed run.
# Options: --rows N --files N --hosts N --kills N --seed N
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build -c Release --nologo -v quiet src/ProcessingJob.Cli
dotnet build -c Release --nologo -v quiet tests/ProcessingJob.Soak
exec dotnet tests/ProcessingJob.Soak/bin/Release/net10.0/ProcessingJob.Soak.dll src/ProcessingJob.Cli/bin/Release/net10.0/pjob.dll "$@"
