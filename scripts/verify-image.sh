#!/usr/bin/env bash
# Builds the worker's cpu image without a container engine's daemon and without a registry, and runs it under the contract: /opt/ml
# bind-mounted, no network, a read-only root, then --self-test and SIGTERM. Debian, root; needs buildah podman runc mmdebstrap.
#   scripts/verify-image.sh MODEL DATA OUT     a model folder, a folder of .jsonl with a column "text", a folder for the results
#   TARGET=cuda scripts/verify-image.sh …      the cuda image instead: it starts by its entrypoint and ends with exit code 4, no GPU being there
# No registry is contacted: a minimal Debian replaces the runtime's base image, and the machine's own SDK the SDK's.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${TARGET:-cpu}
model=$(realpath "${1:?model folder}") data=$(realpath "${2:?data folder}") out=${3:?output folder}
for tool in buildah podman runc mmdebstrap; do
  command -v "$tool" >/dev/null || { echo "verify-image: $tool is missing: apt-get install buildah podman runc mmdebstrap" >&2; exit 77; }
done
store=$PWD/out/containers
mkdir -p "$store" "$out"
out=$(realpath "$out")
export CONTAINERS_STORAGE_CONF=$store/storage.conf CONTAINERS_CONF=$store/containers.conf
printf '[storage]\ndriver = "overlay"\nrunroot = "%s/run"\ngraphroot = "%s/graph"\n' "$store" "$store" >"$CONTAINERS_STORAGE_CONF"
printf '[containers]\ndefault_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]\n[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n' >"$CONTAINERS_CONF"
sdk=mcr.microsoft.com/dotnet/sdk:10.0 runtime=mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled

[ "$target" = cpu ] || runtime=localhost/cuda-base:verify
if ! podman image exists "$runtime"; then
  root=$(mktemp -d)
  # shellcheck disable=SC2016 # apt's own format
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | awk '!/security/ && !seen { print; seen = 1 }')
  mmdebstrap --quiet --variant=extract --include="base-files,$([ "$target" = cpu ] || echo dash,coreutils,grep,findutils,)libc6,libssl3t64,libstdc++6,zlib1g,libgcc-s1,ca-certificates,tzdata" trixie "$root" "$mirror"
  [ "$target" = cpu ] || ln -sf dash "$root/usr/bin/sh"
  cat "$root"/usr/share/ca-certificates/mozilla/*.crt >"$root/etc/ssl/certs/ca-certificates.crt"
  tar -C "$root" -c . | podman import -q - "$runtime"
  rm -rf "$root"
fi
if ! podman image exists "$sdk"; then
  root=$(mktemp -d)
  mkdir -p "$root"/{etc,tmp,root,usr,var/tmp,proc,sys,dev,opt,run,home}
  chmod 1777 "$root/tmp" "$root/var/tmp"
  for link in bin sbin lib lib64; do ln -sfn usr/$link "$root/$link"; done
  cp /etc/passwd /etc/group /etc/nsswitch.conf /etc/ld.so.cache /etc/os-release "$root/etc/"
  tar -C "$root" -c . | podman import -q --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
    --change 'ENV UseSharedCompilation=false' --change 'ENV MSBUILDDISABLENODEREUSE=1' --change 'ENV NUGET_CERT_REVOCATION_MODE=offline' - "$sdk"
  rm -rf "$root"
fi

pinned() { echo "$1@$(podman image inspect --format '{{.Digest}}' "$1")"; }
ENGINE=buildah BUILD_ARGS="--isolation chroot --network host --pull-never --layers -v /usr:/usr:ro -v /etc/ssl:/etc/ssl:ro -v /etc/alternatives:/etc/alternatives:ro -v ${NUGET_PACKAGES:-$HOME/.nuget/packages}:/root/.nuget/packages --build-arg SDK_IMAGE=$(pinned "$sdk") --build-arg ${target^^}_IMAGE=$(pinned "$runtime") --build-arg CUDA_COMPAT_PACKAGE=" \
  scripts/build-image.sh "$target" localhost/processingjob:verify
# What is in it: beside it, and on it.
holder=$(podman create localhost/processingjob:verify)
podman cp "$holder:/app/sbom.cdx.json" "$out/sbom.cdx.json"
podman cp "$holder:/app/THIRD-PARTY-NOTICES.txt" "$out/THIRD-PARTY-NOTICES.txt"
podman rm "$holder" >/dev/null
echo "base: $(podman image inspect --format '{{index .Labels "org.opencontainers.image.base.name"}}' localhost/processingjob:verify)"
echo "size: $(podman images --format '{{.Size}}' localhost/processingjob:verify)"

# Copies that every user may read.
ml=$(mktemp -d) in=$(mktemp -d)
trap 'rm -rf "$ml" "$in"' EXIT
cp -rL "$model" "$in/model"
cp -rL "$data" "$in/data"
chmod -R a+rX "$in"
mkdir -p "$ml/processing/input/config" "$ml/processing/output" "$ml/config" "$ml/output"
echo '{"current_host":"algo-1","hosts":["algo-1"]}' >"$ml/config/resourceconfig.json"
echo '{"task":"embed","input":{"format":"jsonl","text":["text"]},"rejects":{"max_fraction":1}}' >"$ml/processing/input/config/job.json"
user=0:0
run() { # NAME, --rm or -d, the worker's arguments
  podman run --name "$1" "$2" --user "$user" --network=none --read-only --read-only-tmpfs=false --cap-drop=ALL --security-opt no-new-privileges \
    -v "$ml:/opt/ml" -v "$in/model:/opt/ml/processing/input/model:ro" -v "$in/data:/opt/ml/processing/input/data:ro" localhost/processingjob:verify "${@:3}"
}
podman rm -f verify-run verify-test verify-user verify-stop >/dev/null 2>&1 || true
if [ "$target" = cuda ]; then
  code=0
  run verify-run --rm --compute.device cuda || code=$?
  cat "$ml/output/message"
  [ "$code" = 4 ] && grep -q "no NVIDIA driver here" "$ml/output/message" && echo "the entrypoint hands over; no driver: exit code 4"
  exit
fi
start=$(date +%s.%N)
run verify-run --rm
echo "seconds: $(awk -v a="$start" -v b="$(date +%s.%N)" 'BEGIN{printf "%.1f", b - a}')"
# Only a host that failed is to be heard.
[ ! -e "$ml/output/message" ]
cp -r "$ml/processing/output/." "$out/"

run verify-test --rm --self-test

# As somebody who has no rights but those of the folders: the same bytes.
rm -rf "$ml"/processing/{output,.staging} && mkdir "$ml/processing/output"
chown -R 10001:10001 "$ml"
chmod 755 "$ml"
user=10001:10001
run verify-user --rm
diff -r "$out/data" "$ml/processing/output/data"
echo "as 10001: $(stat -c %u "$ml"/processing/output/data/* | sort -u), the same bytes"
user=0:0
chown -R 0:0 "$ml"

# Signals reach the worker, which is process 1.
rm -rf "$ml/processing/output" && mkdir "$ml/processing/output"
run verify-stop -d >/dev/null
sleep 0.7
podman stop -t 20 verify-stop >/dev/null
echo "stopped: $(podman inspect --format '{{.State.ExitCode}}' verify-stop)"
podman rm -f verify-stop >/dev/null
