using System.Text.Json;
using System.Text.Json.Nodes;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Launcher.SageMaker;

namespace ProcessingJob.Cli.Request;

/// <summary>A request in the form that an orchestrator takes.</summary>
/// <param name="request">Staged already.</param>
/// <param name="output">The job's output.data.</param>
/// <param name="region">Where it runs.</param>
/// <param name="recurring">Every execution needs a name of its own.</param>
sealed class RequestText(CreateJobRequest request, string output, string region, bool recurring)
{
    /// <summary>A name is at most 63 characters: with a hyphen, a letter and a UUID behind it.</summary>
    const int Stem = 24;
    static readonly JsonSerializerOptions Json = new(AwsJsonClient.Json) { WriteIndented = true };
    readonly CreateJobRequest _finish = FinishRequest.Of(request, output);

    public string Of(RequestFormat format) =>
        format switch
        {
            RequestFormat.Json => Text(request) + "\n",
            RequestFormat.Cli => Cli(),
            RequestFormat.Boto3 => Boto3(),
            RequestFormat.Stepfunctions => StepFunctions(),
            RequestFormat.Airflow => Airflow(),
            RequestFormat.Pipelines => Pipelines(),
        };

    string Cli()
    {
        var name = recurring ? $" \\\n  --processing-job-name \"{Short}-$(date +%Y%m%d%H%M%S)\"" : "";
        return $"aws sagemaker create-processing-job --region {region}{name} \\\n"
            + $"  --cli-input-json \"$(cat <<'JSON'\n{Text(request)}\nJSON\n)\"\n";
    }

    // JSON has no three quotes in a row, so that Python's raw text takes it as it is.
    string Boto3() =>
        $"import json\n{(recurring ? "import time\n" : "")}\nimport boto3\n\nrequest = json.loads(r\"\"\"{Text(request)}\"\"\")\n"
        + (recurring ? $"request[\"ProcessingJobName\"] = f\"{Short}-{{int(time.time())}}\"\n" : "")
        + $"boto3.client(\"sagemaker\", region_name=\"{region}\").create_processing_job(**request)\n";

    string StepFunctions()
    {
        var arn =
            region.StartsWith("cn-", StringComparison.Ordinal) ? "aws-cn"
            : region.StartsWith("us-gov-", StringComparison.Ordinal) ? "aws-us-gov"
            : "aws";
        JsonObject State(CreateJobRequest body, string letter)
        {
            var parameters = Node(body);
            if (recurring)
            {
                parameters.Remove("ProcessingJobName");
                parameters["ProcessingJobName.$"] = $"States.Format('{Short}-{letter}{{}}', States.UUID())";
            }

            return new()
            {
                ["Type"] = "Task",
                ["Resource"] = $"arn:{arn}:states:::sagemaker:createProcessingJob.sync",
                ["Parameters"] = parameters,
            };
        }

        var (process, finish) = (State(request, "p"), State(_finish, "f"));
        (process["ResultPath"], process["Next"], finish["End"]) = (null, "Finish", true);
        return Text(
                new JsonObject
                {
                    ["Comment"] = $"{request.ProcessingJobName}, written by pjob request",
                    ["StartAt"] = "Process",
                    ["States"] = new JsonObject { ["Process"] = process, ["Finish"] = finish },
                }
            ) + "\n";
    }

    // The operator makes the names of later executions unique by a time.
    string Airflow() =>
        string.Join(
            '\n',
            "import json",
            "from datetime import datetime",
            "",
            "from airflow import DAG",
            "from airflow.providers.amazon.aws.operators.sagemaker import SageMakerProcessingOperator",
            "",
            $"PROCESS = json.loads(r\"\"\"{Text(request)}\"\"\")",
            $"FINISH = json.loads(r\"\"\"{Text(_finish)}\"\"\")",
            "",
            $"SCHEDULE = {(recurring ? "\"@daily\"" : "None")}",
            "",
            $"with DAG(\"{request.ProcessingJobName}\", schedule=SCHEDULE, start_date=datetime(2026, 1, 1), catchup=False):",
            "    process = SageMakerProcessingOperator(task_id=\"process\", config=PROCESS, wait_for_completion=True)",
            "    finish = SageMakerProcessingOperator(task_id=\"finish\", config=FINISH, wait_for_completion=True)",
            "    process >> finish",
            ""
        );

    string Pipelines()
    {
        JsonObject Step(string name, CreateJobRequest body)
        {
            var arguments = Node(body);
            // The pipeline makes names of its own.
            arguments.Remove("ProcessingJobName");
            return new()
            {
                ["Name"] = name,
                ["Type"] = "Processing",
                ["Arguments"] = arguments,
            };
        }

        var finish = Step("Finish", _finish);
        finish["DependsOn"] = new JsonArray("Process");
        return Text(new JsonObject { ["Version"] = "2020-12-01", ["Steps"] = new JsonArray(Step("Process", request), finish) }) + "\n";
    }

    string Short => request.ProcessingJobName.Length <= Stem ? request.ProcessingJobName : request.ProcessingJobName[..Stem].TrimEnd('-');

    static string Text(object document) => JsonSerializer.Serialize(document, Json);

    static JsonObject Node(CreateJobRequest body) => JsonSerializer.SerializeToNode(body, Json)!.AsObject();
}
