#!/usr/bin/env bash
# Builds the worker's image with docker, podman or buildah, whichever is installed.
#   scripts/build-image.sh [cpu|cuda] [TAG]      default: cpu processingjob:cpu
# ENGINE selects one of them; BUILD_ARGS adds arguments, such as "--build-arg CPU_IMAGE=…@sha256:… --build-arg SDK_IMAGE=…@sha256:…".
# Says which base images are not pinned by digest, and the layers with their sizes: every host pulls them before it starts.
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
for base in SDK_IMAGE "${target^^}_IMAGE"; do
  [[ ${BUILD_ARGS:-} == *"$base="*@sha256:* ]] ||
    echo "build-image: $base is not pinned; fix: BUILD_ARGS=\$(scripts/base-images.sh $target)" >&2
done
echo "built $tag ($target) with $engine"
if [ "$engine" != buildah ]; then
  "$engine" history --human --format '{{.Size}}\t{{.CreatedBy}}' "$tag" | cut -c 1-110
elif command -v podman >/dev/null; then
  podman history --human --format '{{.Size}} {{.CreatedBy}}' "$tag" | cut -c 1-110
fi
