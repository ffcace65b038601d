using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ProcessingJob.Launcher.Tests.SageMaker;

/// <summary>ECR on loopback with one image of one label, and the storage that its blobs come from.</summary>
sealed class FakeRegistry : IAsyncDisposable
{
    const string Config = "sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc";
    public const string Image = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    readonly WebApplication _app;

    FakeRegistry(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();

    /// <summary>Of io.processingjob.accelerator; null: the image has no labels.</summary>
    public string? Label { get; init; }

    /// <summary>Of io.processingjob.format; null: the image has no such label.</summary>
    public string? Format { get; set; }

    /// <summary>The tag names an index of two platforms.</summary>
    public bool IsIndex { get; init; }

    /// <summary>The operation that the identity may not call.</summary>
    public string? Denied { get; init; }

    public static async Task<FakeRegistry> StartAsync(string? label, bool isIndex = false, string? denied = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var registry = new FakeRegistry(app)
        {
            Label = label,
            IsIndex = isIndex,
            Denied = denied,
        };
        app.Run(registry.ServeAsync);
        await app.StartAsync();
        return registry;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    async Task ServeAsync(HttpContext http)
    {
        if (http.Request.Method == "GET")
        {
            await WriteAsync(
                http,
                Label is null
                    ? new JsonObject { ["architecture"] = "amd64", ["config"] = new JsonObject() }
                    : new JsonObject
                    {
                        ["config"] = new JsonObject
                        {
                            ["Labels"] = new JsonObject
                            {
                                ["io.processingjob.accelerator"] = Label,
                                ["io.processingjob.format"] = Format,
                                ["org.opencontainers.image.version"] = "9.8.7",
                            },
                        },
                    }
            );
            return;
        }

        var operation = http.Request.Headers["X-Amz-Target"].ToString().Split('.')[^1];
        var request = (await JsonNode.ParseAsync(http.Request.Body))!;
        if (operation == Denied)
        {
            http.Response.StatusCode = 400;
            await WriteAsync(http, new JsonObject { ["__type"] = "AccessDeniedException", ["message"] = $"not allowed: {operation}" });
            return;
        }

        if (operation == "GetDownloadUrlForLayer")
        {
            Assert.Equal(Config, (string?)request["layerDigest"]);
            await WriteAsync(http, new JsonObject { ["downloadUrl"] = $"{Url}/blob", ["layerDigest"] = Config });
            return;
        }

        var byDigest = request["imageIds"]![0]!["imageDigest"] is not null;
        await WriteAsync(
            http,
            new JsonObject
            {
                ["images"] = new JsonArray(
                    new JsonObject
                    {
                        ["imageId"] = new JsonObject { ["imageDigest"] = Image },
                        ["imageManifest"] = (IsIndex && !byDigest ? Index() : Manifest()).ToJsonString(),
                    }
                ),
            }
        );
    }

    static JsonObject Manifest() =>
        new()
        {
            ["schemaVersion"] = 2,
            ["config"] = new JsonObject { ["digest"] = Config },
        };

    static JsonObject Index() =>
        new()
        {
            ["manifests"] = new JsonArray(
                new JsonObject
                {
                    ["digest"] = "sha256:b",
                    ["platform"] = new JsonObject { ["architecture"] = "arm64" },
                },
                new JsonObject
                {
                    ["digest"] = Image,
                    ["platform"] = new JsonObject { ["architecture"] = "amd64" },
                }
            ),
        };

    static Task WriteAsync(HttpContext http, JsonObject body)
    {
        http.Response.ContentType = "application/x-amz-json-1.1";
        return http.Response.WriteAsync(body.ToJsonString(JsonSerializerOptions.Default));
    }
}
