#!/usr/bin/env bash
# Builds the worker's image, pushes it to ECR and prints its address for aws.image.
#   scripts/publish-image.sh [cpu|cuda] [REPOSITORY] [VERSION]      default: cpu processingjob, the commit's short hash
# Base images are pinned by the digests of this day (scripts/base-images.sh), unless BUILD_ARGS gives others.
# Needs the aws command with credentials. infra/template.yaml creates the repository; its tags are immutable.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${1:-cpu}
repository=${2:-processingjob}
version=${3:-$(git rev-parse --short=12 HEAD)}
if [ $# -lt 3 ] && [ -n "$(git status --porcelain)" ]; then
  echo "publish-image: the checkout has uncommitted changes; commit them, or name a version" >&2
  exit 2
fi
command -v aws >/dev/null || {
  echo "publish-image: the aws command is not installed" >&2
  exit 1
}
region=${AWS_REGION:-${AWS_DEFAULT_REGION:-$(aws configure get region || true)}}
[ -n "$region" ] || {
  echo "publish-image: no AWS region; set AWS_REGION" >&2
  exit 2
}
account=$(aws sts get-caller-identity --query Account --output text)
case $region in cn-*) domain=amazonaws.com.cn ;; *) domain=amazonaws.com ;; esac
registry=$account.dkr.ecr.$region.$domain
image=$registry/$repository:$version-$target
if aws ecr describe-images --region "$region" --repository-name "$repository" --image-ids "imageTag=$version-$target" >/dev/null 2>&1; then
  echo "publish-image: $image already exists" >&2
  echo "$image"
  exit 0
fi
BUILD_ARGS=${BUILD_ARGS:-$(scripts/base-images.sh "$target")} scripts/build-image.sh "$target" "$image" >&2
engine=$(scripts/container-engine.sh)
# The password goes through a pipe: neither the list of processes nor a log shows it.
aws ecr get-login-password --region "$region" | "$engine" login --username AWS --password-stdin "$registry" >&2
"$engine" push "$image" >&2
echo "$image"
