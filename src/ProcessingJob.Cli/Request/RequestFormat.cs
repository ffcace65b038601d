namespace ProcessingJob.Cli.Request;

/// <summary>Whom a request is written for.</summary>
enum RequestFormat
{
    Json,
    Cli,
    Boto3,
    Stepfunctions,
    Airflow,
    Pipelines,
}
