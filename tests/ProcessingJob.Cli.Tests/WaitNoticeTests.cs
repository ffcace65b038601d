using Microsoft.Extensions.Time.Testing;
using ProcessingJob.Cli.Display;

namespace ProcessingJob.Cli.Tests;

public sealed class WaitNoticeTests : IDisposable
{
    readonly FakeTimeProvider _time = new();
    readonly StringWriter _error = new();

    [Fact]
    public async Task WhileAsync_SlowWork_SaysOnceWhatItWaitsFor()
    {
        var work = new TaskCompletionSource<int>();
        var waiting = WaitNotice.WhileAsync(Cli(), "AWS in us-east-1", work.Task);
        _time.Advance(WaitNotice.Delay - TimeSpan.FromMilliseconds(1));
        Assert.Equal("", _error.ToString());
        _time.Advance(TimeSpan.FromMilliseconds(1));
        work.SetResult(7);
        Assert.Equal(7, await waiting);
        Assert.Equal("waiting for AWS in us-east-1 …" + Environment.NewLine, _error.ToString());
    }

    [Fact]
    public async Task WhileAsync_QuickWork_SaysNothing()
    {
        Assert.Equal(7, await WaitNotice.WhileAsync(Cli(), "nothing", Task.FromResult(7)));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("", _error.ToString());
    }

    [Fact]
    public async Task WhileAsync_FailedWork_Throws()
    {
        var work = Task.FromException<int>(new InvalidOperationException("no"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => WaitNotice.WhileAsync(Cli(), "nothing", work));
    }

    public void Dispose() => _error.Dispose();

    CliContext Cli() =>
        new()
        {
            In = TextReader.Null,
            Out = TextWriter.Null,
            Error = _error,
            Time = _time,
        };
}
