#!/usr/bin/env bash
# Pulls the base images that docker/Dockerfile names and prints the build arguments that pin them by digest:
#   BUILD_ARGS=$(scripts/base-images.sh [cpu|cuda]) scripts/build-image.sh [cpu|cuda]
# A tag moves with every security update, so the digests are taken when an image is published; the image's SBOM and label keep them. To build an
# old commit on the images of its day, take the arguments from there.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${1:-cpu}
engine=$(scripts/container-engine.sh)
for argument in SDK_IMAGE "${target^^}_IMAGE"; do
  image=$(sed -n "s/^ARG $argument=//p" docker/Dockerfile)
  [ -n "$image" ] || { echo "base-images: found target '$target', expected cpu or cuda" >&2; exit 2; }
  "$engine" pull --quiet "$image" >&2
  if [ "$engine" = buildah ]; then
    digest=$(buildah inspect --type image --format '{{.FromImageDigest}}' "$image")
  else
    digest=$("$engine" image inspect --format '{{index .RepoDigests 0}}' "$image")
  fi
  [[ $digest =~ sha256:[0-9a-f]{64}$ ]] || { echo "base-images: $engine tells no digest of $image, but '$digest'" >&2; exit 1; }
  printf -- '--build-arg %s=%s@%s ' "$argument" "$image" "${BASH_REMATCH[0]}"
done
echo
