#!/usr/bin/env bash
# Prints the container engine to use: ENGINE if set, else the first of docker, podman and buildah that works.
set -euo pipefail
works() {
  case $1 in
    docker) command -v docker >/dev/null && docker info >/dev/null 2>&1 ;;
    *) command -v "$1" >/dev/null ;;
  esac
}
for engine in ${ENGINE:-docker podman buildah}; do
  if works "$engine"; then
    echo "$engine"
    exit 0
  fi
done
echo "no container engine: ${ENGINE:-docker, podman or buildah} is not installed or does not work (Debian: apt-get install buildah)" >&2
exit 1
