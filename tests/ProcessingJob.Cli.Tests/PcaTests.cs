using ProcessingJob.Cli.Report;

namespace ProcessingJob.Cli.Tests;

public class PcaTests
{
    [Fact]
    public void Project_PlaneInSpace_KeepsAllDistances()
    {
        // Points of a plane that lies slanted in five dimensions: two directions say everything.
        double[] u = [0.6, 0, 0.8, 0, 0],
            v = [0, 0.28, 0, 0.96, 0];
        var random = new Random(1);
        var plane = Enumerable.Range(0, 50).Select(_ => (X: random.NextDouble() * 10, Y: random.NextDouble() * 3)).ToArray();
        var data = plane.SelectMany(p => u.Zip(v, (a, b) => (float)(p.X * a + p.Y * b + 7))).ToArray();
        var (points, x, y) = Pca.Project(data, 5);
        Assert.Equal(1, x + y, 1e-4);
        Assert.True(x > y);
        for (var i = 1; i < points.Length; i++)
        {
            Assert.Equal(Distance(plane[0], plane[i]), Distance(points[0], points[i]), 1e-3);
        }
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(1, 3)]
    [InlineData(4, 1)]
    public void Project_NothingToSpread_IsFinite(int rows, int width)
    {
        var (points, x, y) = Pca.Project(Enumerable.Repeat(2f, rows * width).ToArray(), width);
        Assert.Equal(rows, points.Length);
        Assert.All(points, p => Assert.True(double.IsFinite(p.X) && double.IsFinite(p.Y)));
        Assert.Equal((0, 0), (x, y));
    }

    static double Distance((double X, double Y) a, (double X, double Y) b) =>
        Math.Sqrt((a.X - b.X) * (a.X - b.X) + (a.Y - b.Y) * (a.Y - b.Y));
}
