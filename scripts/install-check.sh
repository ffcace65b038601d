#!/usr/bin/env bash
# Packs pjob for this machine, installs it as a user would, and embeds and searches a small file with it. Needs scripts/minilm.sh.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 ORT_DISABLE_TELEMETRY=1
scripts/minilm.sh out/minilm
model=$PWD/out/minilm
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rid=$(dotnet --info | awk '/^ RID:/{print $2}')
scripts/pack.sh "$work/packages" "$rid"
cd "$work"
dotnet tool install pjob --tool-path "$work/bin" --source "$work/packages"
printf 'id,text\n1,The red dress fits well.\n2,The zipper broke after a day.\n3,A lovely blue coat.\n' >reviews.csv
"$work/bin/pjob" run --model "$model" --input.data reviews.csv --input.text text --input.id id --output.data embeddings
found=$("$work/bin/pjob" search embeddings "broken zip" | head -1)
echo "$found"
[[ $found == *id=2* ]] || { echo "error: expected row 2 first" >&2; exit 1; }

# The libraries, in an empty console project.
dotnet new console --output "$work/app" >/dev/null
echo "<configuration><packageSources><add key='local' value='$work/packages'/></packageSources></configuration>" >"$work/app/nuget.config"
cd "$work/app"
dotnet add package ProcessingJob.Inference --prerelease >/dev/null
cat >Program.cs <<'CS'
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Embedders;
using var generator = TextEmbeddingGenerator.Load(args[0], TextRole.Query);
var vector = (await generator.GenerateAsync(["broken zip"]))[0].Vector;
Console.WriteLine($"{vector.Length} numbers");
CS
embedded=$(dotnet run -- "$model")
echo "$embedded"
[[ $embedded == "384 numbers" ]] || { echo "error: expected 384 numbers" >&2; exit 1; }
