#!/usr/bin/env bash
# Takes screenshots of the HTML pages in light and dark, on a desktop and a phone: out/screenshots; and checks contrast, names and keyboard
# of all pages by axe-core. Needs Chromium or Chrome, and npm.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 ORT_DISABLE_TELEMETRY=1
for browser in chromium chromium-browser google-chrome; do
  command -v "$browser" >/dev/null && found=1
done
[[ -n ${found:-} ]] || { echo "screenshots: Chromium is not installed (Debian: apt-get install chromium)" >&2; exit 1; }
npm install --prefix out/axe --no-audit --no-fund --ignore-scripts axe-core@4 >/dev/null
dotnet build tests/ProcessingJob.Cli.Tests -c Release -v quiet
tests/ProcessingJob.Cli.Tests/bin/Release/net10.0/ProcessingJob.Cli.Tests --filter-class '*ReportTests' '*AnalyzeTests' '*AskTests'
ls out/screenshots
