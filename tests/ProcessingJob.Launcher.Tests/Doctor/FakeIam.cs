using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ProcessingJob.Launcher.Tests.Doctor;

/// <summary>IAM's SimulatePrincipalPolicy, which moto does not have: decisions by action, all others allowed.</summary>
sealed class FakeIam : IAsyncDisposable
{
    readonly WebApplication _app;

    FakeIam(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();

    public static async Task<FakeIam> StartAsync(Dictionary<string, string> decisions)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(async http =>
        {
            var form = await http.Request.ReadFormAsync();
            var results = form.Where(f => f.Key.StartsWith("ActionNames.member.", StringComparison.Ordinal))
                .Select(f => f.Value.ToString())
                .Select(action =>
                    $"<member><EvalActionName>{action}</EvalActionName>"
                    + $"<EvalDecision>{decisions.GetValueOrDefault(action, "allowed")}</EvalDecision></member>"
                );
            await http.Response.WriteAsync(
                $"""
                <SimulatePrincipalPolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><SimulatePrincipalPolicyResult>
                <IsTruncated>false</IsTruncated><EvaluationResults>{string.Concat(results)}</EvaluationResults>
                </SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>
                """
            );
        });
        await app.StartAsync();
        return new FakeIam(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
