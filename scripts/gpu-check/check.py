"""The steps of scripts/gpu-check.sh: start-up failures, goldens, speed; one JSON and one table."""

import argparse
import concurrent.futures
import glob
import json
import math
import os
import platform
import re
import subprocess
import sys
import tempfile
import time

import models
from worker import GpuMeter, Worker

HERE = os.path.dirname(os.path.abspath(__file__))
NOT_HERE = "not here"

# Dense float16 tensor TFLOP/s with float32 accumulation, from the data sheets at nvidia.com.
PEAKS = {"H200": 989, "H100 PCIe": 756, "H100": 989, "A100": 312, "A10G": 70, "L40S": 362, "L4": 121, "T4": 65, "RTX PRO 6000": 500}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("worker")
    parser.add_argument("goldens")
    parser.add_argument("--out", required=True)
    parser.add_argument("--rehearse", action="store_true")
    asked = parser.parse_args()
    os.makedirs(asked.out, exist_ok=True)
    began = time.time()
    with tempfile.TemporaryDirectory(dir=asked.out) as work:
        worker = Worker(asked.worker, work, "cpu" if asked.rehearse else "cuda")
        result = {"machine": machine(asked.rehearse), "rehearsal": asked.rehearse}
        said("start-up failures")
        result["start_up"] = start_up(asked.worker, worker, work)
        said("goldens")
        result["goldens"] = goldens(asked.goldens, worker, work)
        result["speed"] = [row for step in steps(asked.rehearse) for row in speed(step, worker, work, result["machine"])]
    result["seconds"] = round(time.time() - began)
    with open(os.path.join(asked.out, "gpu-check.json"), "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1)
    print(table(result))
    bad = [s for s in result["start_up"] if s["result"] == "FAIL"] + [g for g in result["goldens"]["folders"] if g["result"] == "FAIL"]
    bad += [s for s in result["speed"] if s["error"]]
    return 1 if bad else 0


def said(step):
    print("== " + step, file=sys.stderr, flush=True)


def machine(rehearse):
    cpu = open("/proc/cpuinfo", encoding="utf-8").read()
    name = re.search(r"model name\s*: (.*)", cpu)
    found = {"cpu": name.group(1) if name else platform.machine(), "cores": os.cpu_count(), "amx": "amx_tile" in cpu, "gpu": None}
    if not rehearse:
        query = ["nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"]
        try:
            found["gpu"] = subprocess.run(query, stdout=subprocess.PIPE, text=True, check=True).stdout.strip().split("\n")
        except (OSError, subprocess.CalledProcessError):
            found["gpu"] = ["nvidia-smi does not answer"]
    return found


def start_up(folder, worker, work):
    if os.path.exists(os.path.join(folder, "libonnxruntime_providers_cuda.so")):
        ended = subprocess.run([os.path.join(HERE, "..", "cuda-start.sh"), folder], stdout=subprocess.PIPE, text=True, check=False)
        lines = [line.split("\t") for line in ended.stdout.splitlines()]
        return [{"name": l[0], "result": l[1], "seconds": float(l[2]), "message": l[3]} for l in lines if len(l) == 4]
    # A CPU build has one failure only.
    texts = os.path.join(work, "one.jsonl")
    models.write_texts(texts, 1, 8)
    run = worker.run(work, [texts], {"task": "embed", "input": {"text": "text"}}, device="cuda")
    fine = run.code == 4 and "CPU build" in run.message
    return [{"name": "CPU build", "result": "ok" if fine else "FAIL", "seconds": round(run.seconds, 1), "message": run.message.strip()}]


def goldens(folder, worker, work):
    """Every folder whose library call is a plain encode: our vectors against those of sentence-transformers, which are float32."""
    calls = []
    for path in sorted(glob.glob(os.path.join(folder, "*", "expected.json"))):
        expected = json.load(open(path, encoding="utf-8"))
        call = next((c for c in expected.get("calls", []) if c["call"] == "encode" and not c["arguments"]), None)
        if expected.get("kind") == "embed" and call and all(isinstance(t, str) for t in call["inputs"]):
            calls.append((os.path.dirname(path), call))
    with concurrent.futures.ThreadPoolExecutor(max(1, (os.cpu_count() or 1) // 2)) as pool:
        folders = list(pool.map(lambda c: golden(c[0], c[1], worker, work), calls))
    return {"device": worker.device, "folders": folders, "float32_on_gpu": "not selectable: on cuda safetensors run in float16"}


def golden(folder, call, worker, work):
    kept = [i for i, text in enumerate(call["inputs"]) if text.strip()]
    file = tempfile.NamedTemporaryFile("w", suffix=".jsonl", dir=work, delete=False, encoding="utf-8")
    with file:
        for i in kept:
            file.write(json.dumps({"id": i, "text": call["inputs"][i]}) + "\n")
    spec = {"task": "embed", "input": {"text": "text", "id": "id"}, "output": {"format": "jsonl"}}
    run = worker.run(folder, [file.name], spec)
    report = {"name": os.path.basename(folder), "precision": (run.report.get("device_reason") or "").count("float16") and "float16" or "float32"}
    if run.code != 0:
        return dict(report, result="refused" if run.code == 4 else "FAIL", message=run.message.strip()[:300])
    ours = {row["id"]: row["embedding"] for row in run.rows()}
    least = min((cosine(ours[i], call["values"][i]) for i in kept if i in ours), default=0)
    fine = len(ours) == len(kept) and least >= (0.999 if report["precision"] == "float16" else 0.999999)
    return dict(report, result="ok" if fine else "FAIL", cosine=least)


def cosine(a, b):
    if len(a) != len(b):
        return 0
    lengths = math.sqrt(sum(x * x for x in a)) * math.sqrt(sum(y * y for y in b))
    return sum(x * y for x, y in zip(a, b)) / lengths if lengths else 0


def steps(rehearse):
    """(shape, [(name of the texts, shortest, longest, tokens to run)])"""
    for shape in models.SMALL if rehearse else models.FULL:
        lengths = (32, 64) if rehearse else (128, 512)
        many = 60_000 if rehearse else {384: 24_000_000, 768: 12_000_000, 1024: 4_000_000}[shape.hidden]
        texts = [(str(length), None, length, many) for length in lengths]
        if shape.name.startswith("BERT-base"):
            texts.append(("8 to %d" % lengths[1], 8, lengths[1], many))
        yield shape, texts


def speed(step, worker, work, about):
    shape, kinds = step
    said(shape.name)
    model = os.path.join(work, re.sub(r"\W+", "-", shape.name))
    models.write_model(model, shape)
    bare, text = worker.self_test(model)
    for name, shortest, longest, many in kinds:
        said("%s, %s tokens" % (shape.name, name))
        rows = os.path.join(work, "rows.jsonl")
        mean = longest if shortest is None else (shortest + longest) / 2
        tokens = models.write_texts(rows, max(64, int(many / mean)), longest, shortest=shortest)
        parquet = in_parquet(model, rows, worker)
        with GpuMeter() as meter:
            run = worker.run(model, parquet, {"task": "embed", "input": {"text": "text", "id": "id"}})
        report = run.report
        rate = report["tokens"] / report["busy_seconds"] if run.code == 0 and report.get("busy_seconds") else None
        yield {
            "model": shape.name,
            "texts": name,
            "tokens": tokens,
            "device": report.get("device", worker.device),
            "precision": report.get("device_reason", ""),
            "parquet_to_parquet": rate and round(rate),
            "start_seconds": round(run.seconds - report.get("busy_seconds", 0), 1),
            "bare_engine": bare or NOT_HERE,
            "share_of_peak": share(shape, longest, rate, about),
            "padding": 1 - report["real_tokens"] / report["padded_tokens"] if report.get("padded_tokens") else None,
            "busy": report.get("device_utilisation"),
            "gpu_busy_percent": meter.busy if meter.busy is not None else NOT_HERE,
            "gpu_memory_mib": meter.memory_mib or NOT_HERE,
            "host_memory_mib": report.get("peak_memory_bytes", 0) >> 20,
            "cpu": on_cpu(model, parquet, worker, shape, many, mean) if worker.device == "cuda" else "this run",
            "transformers": peer("transformers", model, rows, tokens, worker.device),
            "sentence_transformers": peer("sentence-transformers", model, rows, tokens, worker.device),
            "placement": report.get("placement"),
            "error": None if run.code == 0 else "exit %s: %s" % (run.code, run.message.strip()),
            "self_test": None if bare else text[-500:],
        }


def in_parquet(model, rows, worker):
    """The worker itself writes Parquet: tokenize keeps the columns."""
    spec = {"task": "tokenize", "input": {"text": "text", "keep": ["text", "id"]}, "tokens": {"max_length": 512}}
    run = worker.run(model, [rows], spec)
    files = glob.glob(os.path.join(run.output, "data", "*.parquet"))
    if run.code != 0 or not files:
        raise SystemExit("gpu-check: the texts could not be written as Parquet: " + run.message)
    return files


def on_cpu(model, parquet, worker, shape, many, mean):
    """Tokens per second of the same build on all cores in float32, over a sample: of full runs it would take minutes."""
    if shape.hidden > 800:
        return "left out (minutes)"
    rows = os.path.join(worker.work, "few.jsonl")
    models.write_texts(rows, max(64, int(many / mean / 200)), int(mean))
    run = worker.run(model, [rows], {"task": "embed", "input": {"text": "text"}}, device="cpu")
    return round(run.report["tokens"] / run.report["busy_seconds"]) if run.code == 0 else run.message.strip()[:100]


def share(shape, length, rate, about):
    peak = next((PEAKS[k] for k in PEAKS if about["gpu"] and k in about["gpu"][0]), None)
    return round(rate * shape.flops_per_token(length) / (peak * 1e12), 3) if peak and rate else NOT_HERE


def peer(name, model, rows, tokens, device, limit=120):
    command = [sys.executable, os.path.join(HERE, "peers.py"), name, model, rows, str(tokens), device]
    try:
        ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        return "not done after %d s" % limit
    if ended.returncode == 3:
        return NOT_HERE
    try:
        return json.loads(ended.stdout.splitlines()[-1])["tokens_per_second"]
    except (IndexError, ValueError):
        return "failed: " + (ended.stderr.strip().splitlines() or ["?"])[-1][:100]


def table(result):
    lines = ["", "machine: %s" % json.dumps(result["machine"]), "rehearsal on the CPU" if result["rehearsal"] else "measured on the GPU", ""]
    lines += ["| start-up | result | s |", "|---|---|---|"]
    lines += ["| %s | %s | %s |" % (s["name"], s["result"], s["seconds"]) for s in result["start_up"]]
    count = {}
    for one in result["goldens"]["folders"]:
        count[one["result"]] = count.get(one["result"], 0) + 1
    least = min((g["cosine"] for g in result["goldens"]["folders"] if "cosine" in g), default=None)
    lines += ["", "goldens: %s; least cosine %s" % (count, least)]
    lines += ["  %s: %s %s" % (g["name"], g["result"], g.get("message", g.get("cosine"))) for g in result["goldens"]["folders"] if g["result"] != "ok"]
    columns = [
        ("model", "model"),
        ("texts", "tokens a text"),
        ("parquet_to_parquet", "tokens/s Parquet to Parquet"),
        ("bare_engine", "bare engine"),
        ("share_of_peak", "of float16 peak"),
        ("padding", "padding"),
        ("busy", "callers busy"),
        ("gpu_busy_percent", "GPU busy %"),
        ("gpu_memory_mib", "GPU MiB"),
        ("start_seconds", "start s"),
        ("cpu", "same on CPU, float32"),
        ("transformers", "transformers, SDPA"),
        ("sentence_transformers", "sentence-transformers"),
    ]
    lines += ["", "| " + " | ".join(title for _, title in columns) + " |", "|---" * len(columns) + "|"]
    for row in result["speed"]:
        lines.append("| " + " | ".join(cell(row[key]) for key, _ in columns) + " |")
    lines += ["", "AMX: %s; float32 does not use it" % ("yes" if result["machine"]["amx"] else "no")]
    lines += [row["error"] for row in result["speed"] if row["error"]]
    return "\n".join(lines + ["", "%d s" % result["seconds"]])


def cell(value):
    if value is None:
        return "failed"
    return "%.3f" % value if isinstance(value, float) else format(value, ",") if isinstance(value, int) else str(value)


if __name__ == "__main__":
    sys.exit(main())
