"""Runs the published worker in a container's layout of its own, as SageMaker would."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time


class Run:
    def __init__(self, code, seconds, message, report, output):
        self.code, self.seconds, self.message, self.report, self.output = code, seconds, message, report, output

    def rows(self):
        """The output rows of a run that wrote jsonl."""
        data = os.path.join(self.output, "data")
        for name in sorted(os.listdir(data) if os.path.isdir(data) else []):
            with open(os.path.join(data, name), encoding="utf-8") as file:
                for line in file:
                    yield json.loads(line)


class Worker:
    def __init__(self, folder, work, device):
        self.program, self.work, self.device = os.path.join(os.path.abspath(folder), "ProcessingJob.Worker"), work, device

    def run(self, model, data, spec, device=None, limit=300):
        """model: folder or None; data: files; spec: of job.json. Device None: the one that is measured."""
        root = tempfile.mkdtemp(dir=self.work)
        at = lambda *parts: os.path.join(root, "processing", *parts)
        for folder in (at("input", "data"), at("input", "config"), at("output")):
            os.makedirs(folder)
        for file in data:
            os.link(os.path.abspath(file), at("input", "data", os.path.basename(file)))
        os.symlink(os.path.abspath(model), at("input", "model"))
        spec = dict(spec, rejects={"max_fraction": 1})
        if spec["task"] != "tokenize":
            spec["compute"] = dict(spec.get("compute", {}), device=device or self.device)
        with open(at("input", "config", "job.json"), "w", encoding="utf-8") as file:
            json.dump(spec, file)
        start = time.perf_counter()
        code, text = self._start(root, [], limit)
        seconds = time.perf_counter() - start
        report = at("output", "_reports", "algo-1.json")
        return Run(
            code,
            seconds,
            _read(os.path.join(root, "output", "message")) or text[-2000:],
            json.loads(_read(report) or "{}"),
            at("output"),
        )

    def self_test(self, model, limit=240):
        """Tokens per second of the bare engine at the best token budget, or None; and what was said."""
        root = tempfile.mkdtemp(dir=self.work)
        os.makedirs(os.path.join(root, "processing", "input"))
        os.symlink(os.path.abspath(model), os.path.join(root, "processing", "input", "model"))
        _, text = self._start(root, ["--self-test"], limit)
        speeds = [int(s) for s in re.findall(r"tokens per batch:\s*(\d+) tokens/s", text)]
        return max(speeds, default=None), text

    def _start(self, root, arguments, limit):
        environment = dict(os.environ, PROCESSINGJOB_ROOT=root, ORT_DISABLE_TELEMETRY="1")
        try:
            ended = subprocess.run(
                [self.program, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=limit, check=False
            )
            return ended.returncode, ended.stdout.decode("utf-8", "replace")
        except subprocess.TimeoutExpired:
            return None, "not done after %d s" % limit


class GpuMeter:
    """Utilization and memory of the first GPU while something runs, as nvidia-smi tells them."""

    def __enter__(self):
        self._busy, self._memory, self._process = [], [0], None
        if shutil.which("nvidia-smi"):
            query = ["nvidia-smi", "-i", "0", "--query-gpu=utilization.gpu,memory.used", "--format=csv,noheader,nounits", "-lms", "500"]
            self._process = subprocess.Popen(query, stdout=subprocess.PIPE, text=True)
            threading.Thread(target=self._read, daemon=True).start()
        return self

    def __exit__(self, *_):
        if self._process:
            self._process.terminate()
            self._process.wait()

    def _read(self):
        for line in self._process.stdout:
            numbers = re.findall(r"\d+", line)
            if len(numbers) == 2:
                self._busy.append(int(numbers[0]))
                self._memory.append(int(numbers[1]))

    @property
    def busy(self):
        """Mean percentage of the samples in which it worked at all; None: no nvidia-smi."""
        working = [b for b in self._busy if b > 0]
        return round(sum(working) / len(working)) if working else None

    @property
    def memory_mib(self):
        return max(self._memory) or None


def _read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""
