#!/usr/bin/env bash
# Builds the worker's image with docker, podman or buildah, whichever is installed.
#   scripts/build-image.sh [cpu|cuda] [TAG]      default: cpu processingjob:cpu
# ENGINE selects one of them; BUILD_ARGS adds arguments, such as "--build-arg CPU_IMAGE=…@sha256:…".
set -euo pipefail
cd "$(dirname "$0")/.."
target=${1:-cpu}
tag=${2:-processingjob:$target}
case $target in cpu | cuda) ;; *)
  echo "build-image: found target '$target', expected cpu or cuda" >&2
  exit 2
  ;;
esac
engine=$(scripts/container-engine.sh)
[ "$engine" = buildah ] && build=(buildah bud) || build=("$engine" build)
# shellcheck disable=SC2086 # several arguments on purpose
"${build[@]}" ${BUILD_ARGS:-} --target "$target" -f docker/Dockerfile -t "$tag" .
echo "built $tag ($target) with $engine"
