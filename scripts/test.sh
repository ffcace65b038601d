#!/usr/bin/env bash
# Builds everything once (Release) and runs all tests. The last line is "N passed, N failed, N skipped".
set -uo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." || exit
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 ORT_DISABLE_TELEMETRY=1 AWS_EC2_METADATA_DISABLED=true

missing() { echo "MISSING: $1; $2" >&2; }

if command -v node >/dev/null && command -v npm >/dev/null; then
  if [[ ! -d tests/reference/node_modules || tests/reference/package-lock.json -nt tests/reference/node_modules ]]; then
    echo "== npm ci in tests/reference"
    if npm ci --ignore-scripts --no-audit --no-fund --prefix tests/reference; then
      touch tests/reference/node_modules
    else
      missing "the packages of tests/reference" "comparisons with Hugging Face's own code are skipped"
    fi
  fi
else
  missing "node and npm" "comparisons with Hugging Face's own code are skipped"
fi
scripts/minilm.sh out/minilm || missing "the weights of all-MiniLM-L6-v2" "the test with a real model is skipped"
command -v moto_server >/dev/null || missing "moto_server (pip install 'moto[server]')" "tests against S3 and SageMaker are skipped"
command -v cfn-lint >/dev/null || missing "cfn-lint (pip install cfn-lint)" "the infrastructure template is not validated"
command -v shellcheck >/dev/null || missing "shellcheck (apt-get install shellcheck)" "the scripts are not checked"
for tool in buildah podman runc mmdebstrap; do
  command -v "$tool" >/dev/null || missing "$tool (apt-get install $tool)" "the worker's image is not built and run"
done

echo "== style"
if ! { dotnet tool restore >/dev/null && dotnet csharpier check src tests Directory.Build.props Directory.Packages.props; }; then
  echo "the style check failed; fix: dotnet csharpier format src tests" >&2
  echo "0 passed, 1 failed, 0 skipped"
  exit 1
fi

echo "== build"
dotnet build ProcessingJob.sln -c Release -warnaserror -p:CheckPublicApi=true || { echo "the build failed" >&2; echo "0 passed, 1 failed, 0 skipped"; exit 1; }

echo "== test"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
dotnet test --solution ProcessingJob.sln -c Release --no-build --no-progress --no-ansi "$@" 2>&1 | tee "$log"
rc=${PIPESTATUS[0]}
awk '/^ +failed:/{f=$2} /^ +succeeded:/{p=$2} /^ +skipped:/{s=$2} END{printf "%d passed, %d failed, %d skipped\n", p, f, s}' "$log"
exit "$rc"
