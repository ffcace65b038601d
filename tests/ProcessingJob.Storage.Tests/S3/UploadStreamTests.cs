using CsCheck;

namespace ProcessingJob.Storage.Tests.S3;

public sealed class UploadStreamTests
{
    [Fact]
    public Task Write_AnyCalls_GivesPartsOfOneSizeAndTheRest() =>
        Gen.Select(Gen.Int[1, 40], Gen.Byte.Array[0, 100].List[0, 20], Gen.Bool)
            .SampleAsync(
                async (size, calls, isAsync) =>
                {
                    var parts = new List<byte[]>();
                    using var stream = new UploadStream(
                        size,
                        (part, _) =>
                        {
                            parts.Add(part.ToArray());
                            return Task.FromResult(new MemoryStream());
                        }
                    );
                    foreach (var call in calls)
                    {
                        if (isAsync)
                        {
                            await stream.WriteAsync(call);
                        }
                        else
                        {
                            stream.Write(call);
                        }
                    }

                    Assert.All(parts, part => Assert.Equal(size, part.Length));
                    Assert.InRange(stream.Rest.Length, 0, size - 1);
                    Assert.Equal(calls.SelectMany(c => c), parts.SelectMany(p => p).Concat(stream.Rest.ToArray()));
                }
            );

    [Fact]
    public void Write_PartThatCannotBeSent_Fails()
    {
        using var stream = new UploadStream(4, (_, _) => Task.FromException<MemoryStream>(new InvalidOperationException("no")));
        stream.Write([1, 2, 3]);
        Assert.Throws<InvalidOperationException>(() => stream.Write([4]));
    }
}
