#!/usr/bin/env bash
# Two million generated rows in mixed formats over five local hosts: workers killed, stopped and ended, the launcher killed, inputs changed, the disk
# filled (as root), the clock set (with libfaketime), then real workers against an S3 (moto_server) that fails and lies. The output must be identical to
# that of an undisturbed run, and every failed run must say why.
# Options: --rows N --files N --hosts N --faults N --s3-faults N --seed N
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build -c Release --nologo -v quiet src/ProcessingJob.Cli
dotnet build -c Release --nologo -v quiet tests/ProcessingJob.Soak
exec dotnet tests/ProcessingJob.Soak/bin/Release/net10.0/ProcessingJob.Soak.dll \
  src/ProcessingJob.Cli/bin/Release/net10.0/pjob.dll src/ProcessingJob.Cli/bin/Release/net10.0/worker/ProcessingJob.Worker.dll "$@"
