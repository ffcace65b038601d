import json
from datetime import datetime

from airflow import DAG
from airflow.providers.amazon.aws.operators.sagemaker import SageMakerProcessingOperator

PROCESS = json.loads(r"""{
  "ProcessingJobName": "reviews-minilm-0123456789",
  "ProcessingInputs": [
    {
      "InputName": "data",
      "AppManaged": false,
      "S3Input": {
        "S3Uri": "s3://example-bucket/reviews/",
        "LocalPath": "/opt/ml/processing/input/data",
        "S3DataType": "S3Prefix",
        "S3InputMode": "File",
        "S3DataDistributionType": "ShardedByS3Key",
        "S3CompressionType": "None"
      }
    },
    {
      "InputName": "config",
      "AppManaged": false,
      "S3Input": {
        "S3Uri": "s3://example-bucket/processingjob-recurring/jobs/reviews-minilm-0123456789/0123456789abcdef/config/",
        "LocalPath": "/opt/ml/processing/input/config",
        "S3DataType": "S3Prefix",
        "S3InputMode": "File",
        "S3DataDistributionType": "FullyReplicated",
        "S3CompressionType": "None"
      }
    },
    {
      "InputName": "model",
      "AppManaged": false,
      "S3Input": {
        "S3Uri": "s3://example-bucket/models/minilm/",
        "LocalPath": "/opt/ml/processing/input/model",
        "S3DataType": "S3Prefix",
        "S3InputMode": "File",
        "S3DataDistributionType": "FullyReplicated",
        "S3CompressionType": "None"
      }
    }
  ],
  "ProcessingOutputConfig": {
    "Outputs": [
      {
        "OutputName": "output",
        "AppManaged": false,
        "S3Output": {
          "S3Uri": "s3://example-bucket/embeddings/",
          "LocalPath": "/opt/ml/processing/output",
          "S3UploadMode": "Continuous"
        }
      }
    ]
  },
  "ProcessingResources": {
    "ClusterConfig": {
      "InstanceCount": 2,
      "InstanceType": "ml.c6i.4xlarge",
      "VolumeSizeInGB": 30
    }
  },
  "StoppingCondition": {
    "MaxRuntimeInSeconds": 86400
  },
  "AppSpecification": {
    "ImageUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/processingjob@sha256:0000000000000000000000000000000000000000000000000000000000000000"
  },
  "NetworkConfig": {
    "EnableInterContainerTrafficEncryption": false,
    "EnableNetworkIsolation": true
  },
  "RoleArn": "arn:aws:iam::123456789012:role/processing"
}""")
FINISH = json.loads(r"""{
  "ProcessingJobName": "reviews-minilm-0123456789-finish",
  "ProcessingResources": {
    "ClusterConfig": {
      "InstanceCount": 1,
      "InstanceType": "ml.t3.medium",
      "VolumeSizeInGB": 5
    }
  },
  "StoppingCondition": {
    "MaxRuntimeInSeconds": 86400
  },
  "AppSpecification": {
    "ImageUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/processingjob@sha256:0000000000000000000000000000000000000000000000000000000000000000",
    "ContainerArguments": [
      "finish",
      "s3://example-bucket/embeddings"
    ]
  },
  "NetworkConfig": {
    "EnableInterContainerTrafficEncryption": false,
    "EnableNetworkIsolation": false
  },
  "RoleArn": "arn:aws:iam::123456789012:role/processing"
}""")

SCHEDULE = "@daily"

with DAG("reviews-minilm-0123456789", schedule=SCHEDULE, start_date=datetime(2026, 1, 1), catchup=False):
    process = SageMakerProcessingOperator(task_id="process", config=PROCESS, wait_for_completion=True)
    finish = SageMakerProcessingOperator(task_id="finish", config=FINISH, wait_for_completion=True)
    process >> finish
