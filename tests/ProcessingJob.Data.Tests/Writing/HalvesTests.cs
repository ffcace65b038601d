using CsCheck;
using ProcessingJob.Data.Writing;

namespace ProcessingJob.Data.Tests.Writing;

public sealed class HalvesTests
{
    [Fact]
    public void Round_AnyFloats_GivesWhatOneCastGives() =>
        Gen
            .Float.Array[0, 3000]
            .Sample(
                values =>
                {
                    var rounded = values.ToArray();
                    Halves.Round(rounded);
                    Assert.Equal(values.Select(v => (float)(Half)v), rounded);
                },
                iter: 200
            );
}
