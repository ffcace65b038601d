#!/usr/bin/env bash
# Starts a published cuda worker with device cuda on a machine as it is and on machines that pretend, and checks that each failure ends
# within 20 seconds with exit code 4 and says what it found and what to do. No GPU is needed.
#   scripts/cuda-start.sh PUBLISHED_FOLDER      from: dotnet publish src/ProcessingJob.Worker -c Release -r linux-x64 --self-contained true -p:Accelerator=cuda -o FOLDER
# Prints a line "name<TAB>ok|FAIL<TAB>seconds<TAB>message" for each; exit code 1 when one is not as it should be.
set -uo pipefail
worker=$(realpath "${1:?the folder of a published cuda worker}")/ProcessingJob.Worker
here=$(cd "$(dirname "$0")/.." && pwd)
[ -x "$worker" ] || { echo "cuda-start: no ProcessingJob.Worker in $1" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/ml/processing/{input/data,input/config,input/model,output} "$work"/ml/config
echo '{"text":"a"}' >"$work/ml/processing/input/data/a.jsonl"
failed=0

# NAME, PATTERN of the message, then VARIABLE=VALUE … for the worker. No model lies there: the check comes before anything is loaded.
ends() {
  local name=$1 pattern=$2 start code seconds text result=ok
  shift 2
  start=$(date +%s.%N)
  timeout 60 env PROCESSINGJOB_ROOT="$work/ml" ORT_DISABLE_TELEMETRY=1 "$@" "$worker" --task embed --input.text text --compute.device cuda \
    >"$work/log" 2>&1
  code=$?
  seconds=$(awk -v a="$start" -v b="$(date +%s.%N)" 'BEGIN { printf "%.1f", b - a }')
  text=$(tr '\n' ' ' <"$work/ml/output/message" 2>/dev/null)
  rm -f "$work/ml/output/message"
  if [ "$code" != 4 ] || ! grep -qE "$pattern" <<<"$text" || ! grep -q 'driver found: .*needed: .*fix: ' <<<"$text" ||
    awk -v s="$seconds" 'BEGIN { exit !(s > 20) }'; then
    result=FAIL failed=1
    tail -n 5 "$work/log" >&2
  fi
  printf '%s\t%s\t%s\t%s\n' "$name" "$result" "$seconds" "exit $code: $text"
}

version() { # DRIVER: a version file as the kernel driver writes it
  printf 'NVRM version: NVIDIA UNIX x86_64 Kernel Module  %s  Release Build\nGCC version: 12\n' "$1" >"$work/version-$1"
  echo "NVIDIA_VERSION_FILE=$work/version-$1"
}

if [ ! -e /proc/driver/nvidia/version ]; then
  ends "no driver" "no NVIDIA driver here .libcuda.so.1"
fi
if ! command -v cc >/dev/null; then
  echo "cuda-start: no C compiler (cc): the failures that need a pretended driver are skipped" >&2
  exit "$failed"
fi
fake() { # NAME, -DX=Y …: a folder with a driver's library that answers so
  mkdir -p "$work/$1" && cc -shared -fPIC "${@:2}" -o "$work/$1/libcuda.so.1" "$here/tests/fake-cuda/libcuda.c"
}
fake good
fake mismatch -DINIT=803
fake unsupported -DINIT=804
fake none -DINIT=100
fake old -DVERSION=12020
fake volta -DMAJOR=7 -DMINOR=0 '-DNAME="Tesla V100"'
fake blackwell -DMAJOR=10 -DMINOR=0 '-DNAME="B200"'
fake hang -DHANG
ends "driver 470" "too old for CUDA 13; driver found: 470.256.02" "$(version 470.256.02)" LD_LIBRARY_PATH="$work/mismatch"
ends "driver 525" "too old for CUDA 13; driver found: 525.60.13" "$(version 525.60.13)" LD_LIBRARY_PATH="$work/old"
ends "error 803" "CUDA error 803.*driver found: 550.54.15" "$(version 550.54.15)" LD_LIBRARY_PATH="$work/mismatch"
ends "error 804" "CUDA error 804" "$(version 570.86.15)" LD_LIBRARY_PATH="$work/unsupported"
ends "no GPU" "shows no GPU" "$(version 580.65.06)" LD_LIBRARY_PATH="$work/none"
ends "compat not used" "of CUDA 12.2, expected 13.0" "$(version 535.183.01)" LD_LIBRARY_PATH="$work/old"
ends "V100" "V100 has compute capability 7.0" "$(version 580.65.06)" LD_LIBRARY_PATH="$work/volta"
ends "B200" "B200 has compute capability 10.0" "$(version 580.65.06)" LD_LIBRARY_PATH="$work/blackwell"
ends "driver hangs" "has not answered within 15 s" "$(version 580.65.06)" LD_LIBRARY_PATH="$work/hang"
if ! ldconfig -p | grep -q libcublasLt.so.13; then
  ends "no libraries" "missing: libcudart.so.13, libcublasLt.so.13, libcublas.so.13, libcurand.so.10" "$(version 580.65.06)" LD_LIBRARY_PATH="$work/good"
  mkdir -p "$work/empty"
  for library in libcudart.so.13 libcublasLt.so.13 libcublas.so.13 libcurand.so.10; do
    echo 'void nothing(void) {}' | cc -shared -fPIC -x c -o "$work/empty/$library" -
  done
  ends "provider does not load" "cannot load its CUDA provider: .*libonnxruntime_providers_cuda.so" "$(version 580.65.06)" LD_LIBRARY_PATH="$work/good:$work/empty"
fi
exit "$failed"
