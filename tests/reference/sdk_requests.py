"""The requests that code for AWS's SDKs of Python would send, by stand-ins for the classes that it names.

usage: sdk_requests.py sagemaker-2|sagemaker-3|airflow FILE; stdout: a JSON list of bodies of CreateProcessingJob, in their order.
FILE is a notebook or a Python program. The stand-ins have the real classes' places and parameters, and refuse others.
"""

import json
import sys
import types

requests = []


def module(name, **members):
    """Puts a module and the packages above it where import finds them."""
    parts = name.split(".")
    for end in range(1, len(parts) + 1):
        sys.modules.setdefault(".".join(parts[:end]), types.ModuleType(".".join(parts[:end])))
    vars(sys.modules[name]).update(members)


def channel_2(kind, name, path, uri, defaults, given):
    body = {**defaults, **{to: given[key] for key, to in SNAKE.items() if key in given}, "S3Uri": uri, "LocalPath": path}
    return {f"{kind}Name": name, "AppManaged": False, f"S3{kind}": body}


SNAKE = {
    "s3_data_type": "S3DataType",
    "s3_input_mode": "S3InputMode",
    "s3_data_distribution_type": "S3DataDistributionType",
    "s3_compression_type": "S3CompressionType",
    "s3_upload_mode": "S3UploadMode",
}
INPUT_DEFAULTS = {
    "S3DataType": "S3Prefix",
    "S3InputMode": "File",
    "S3DataDistributionType": "FullyReplicated",
    "S3CompressionType": "None",
}


def input_2(*, source, destination, input_name, s3_data_type="S3Prefix", s3_input_mode="File",
            s3_data_distribution_type="FullyReplicated", s3_compression_type="None"):
    return channel_2("Input", input_name, destination, source, INPUT_DEFAULTS, locals())


def output_2(*, source, destination, output_name, s3_upload_mode="EndOfJob"):
    return channel_2("Output", output_name, source, destination, {"S3UploadMode": "EndOfJob"}, locals())


def s3_input_3(*, s3_uri, s3_data_type, local_path=None, s3_input_mode=None, s3_data_distribution_type=None, s3_compression_type=None):
    return shape_3(locals())


def s3_output_3(*, s3_uri, s3_upload_mode, local_path=None):
    return shape_3(locals())


def shape_3(given):
    names = {**SNAKE, "s3_uri": "S3Uri", "local_path": "LocalPath"}
    return {names[key]: value for key, value in given.items() if value is not None}


def input_3(*, input_name, s3_input):
    return {"InputName": input_name, "S3Input": s3_input}


def output_3(*, output_name, s3_output):
    return {"OutputName": output_name, "S3Output": s3_output}


class Processor:
    """The same in both versions of the SDK: it adds a time to the base of the name, and sends no network configuration."""

    def __init__(self, *, role, image_uri, instance_count, instance_type, volume_size_in_gb=30, max_runtime_in_seconds=None,
                 base_job_name=None, entrypoint=None, env=None, tags=None):
        cluster = {"InstanceCount": instance_count, "InstanceType": instance_type, "VolumeSizeInGB": volume_size_in_gb}
        self.base = base_job_name or "job"
        self.request = {
            "RoleArn": role,
            "AppSpecification": {"ImageUri": image_uri, **({"ContainerEntrypoint": entrypoint} if entrypoint else {})},
            "ProcessingResources": {"ClusterConfig": cluster},
            **({"StoppingCondition": {"MaxRuntimeInSeconds": max_runtime_in_seconds}} if max_runtime_in_seconds else {}),
            **({"Environment": env} if env else {}),
            **({"Tags": tags} if tags else {}),
        }

    def run(self, *, inputs=None, outputs=None, arguments=None, wait=True, logs=True, job_name=None):
        body = {**self.request, "ProcessingJobName": job_name or f"{self.base}-2026-01-01-00-00-00-000"}
        if arguments:
            body["AppSpecification"] = {**body["AppSpecification"], "ContainerArguments": arguments}
        if inputs:
            body["ProcessingInputs"] = inputs
        if outputs:
            body["ProcessingOutputConfig"] = {"Outputs": outputs}
        requests.append(body)


class Dag:
    def __init__(self, dag_id, *, schedule, start_date, catchup):
        assert dag_id and start_date

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


class Operator:
    def __init__(self, *, task_id, config, wait_for_completion=True, deferrable=False, action_if_job_exists="timestamp"):
        assert task_id and action_if_job_exists in ("timestamp", "increment", "fail")
        requests.append(config)

    def __rshift__(self, other):
        return other


def code_of(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if not path.endswith(".ipynb"):
        return text
    cells = ["".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    # The last cell reads the output with pyarrow.
    compile(cells[-1], path, "exec")
    return "\n".join(cells[:-1])


kind, path = sys.argv[1:]
if kind == "sagemaker-2":
    module("sagemaker.processing", Processor=Processor, ProcessingInput=input_2, ProcessingOutput=output_2)
elif kind == "sagemaker-3":
    module("sagemaker.core.processing", Processor=Processor)
    module("sagemaker.core.shapes", ProcessingInput=input_3, ProcessingOutput=output_3, ProcessingS3Input=s3_input_3,
           ProcessingS3Output=s3_output_3)
else:
    module("airflow", DAG=Dag)
    module("airflow.providers.amazon.aws.operators.sagemaker", SageMakerProcessingOperator=Operator)
exec(compile(code_of(path), path, "exec"), {})
json.dump(requests, sys.stdout)
