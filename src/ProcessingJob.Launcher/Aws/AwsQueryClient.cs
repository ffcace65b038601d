using System.Text;
using System.Xml.Linq;

namespace ProcessingJob.Launcher.Aws;

/// <summary>The Query protocol (form in, XML out) for the few reads of IAM and EC2 that <c>pjob doctor</c> makes.</summary>
public sealed class AwsQueryClient(AwsService service, AwsConnection connection) : AwsWireClient(service, connection)
{
    readonly string _version = service.Version;

    /// <summary>Calls <paramref name="action"/>; the answer's elements carry no namespace.</summary>
    public async Task<XElement> CallAsync(
        string action,
        IEnumerable<(string Name, string Value)> parameters,
        CancellationToken cancellationToken
    )
    {
        var form = new StringBuilder($"Action={action}&Version={_version}");
        foreach (var (name, value) in parameters)
        {
            form.Append('&').Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
        }

        var answer = await SendAsync(action, Encoding.UTF8.GetBytes(form.ToString()), cancellationToken).ConfigureAwait(false);
        var root = XElement.Parse(answer);
        foreach (var element in root.DescendantsAndSelf())
        {
            element.Name = element.Name.LocalName;
        }

        return root;
    }

    private protected override (string ContentType, string? Target) Headers(string operation) =>
        ("application/x-www-form-urlencoded; charset=utf-8", null);
}
