namespace ProcessingJob.Cli.Report;

/// <summary>The two directions in which vectors differ most, by power iteration on the centered data. Deterministic.</summary>
static class Pca
{
    const int MaxIterations = 200;

    /// <param name="data">Rows one after another.</param>
    /// <param name="width">Numbers per row.</param>
    /// <returns>A point per row, and each direction's share of the whole variance.</returns>
    public static ((double X, double Y)[] Points, double XShare, double YShare) Project(ReadOnlySpan<float> data, int width)
    {
        var rows = width == 0 ? 0 : data.Length / width;
        var centered = Centered(data, rows, width);
        var total = centered.Sum(v => v * v);
        var first = Direction(centered, rows, width, null);
        var second = Direction(centered, rows, width, first);
        var points = new (double X, double Y)[rows];
        var (x, y) = (0.0, 0.0);
        for (var r = 0; r < rows; r++)
        {
            points[r] = (Dot(centered, r, first), Dot(centered, r, second));
            x += points[r].X * points[r].X;
            y += points[r].Y * points[r].Y;
        }
        return (points, total > 0 ? x / total : 0, total > 0 ? y / total : 0);
    }

    static double[] Centered(ReadOnlySpan<float> data, int rows, int width)
    {
        var (mean, centered) = (new double[width], new double[data.Length]);
        for (var i = 0; i < data.Length; i++)
        {
            mean[i % width] += data[i] / (double)rows;
        }

        for (var i = 0; i < data.Length; i++)
        {
            centered[i] = data[i] - mean[i % width];
        }

        return centered;
    }

    static double[] Direction(double[] data, int rows, int width, double[]? without)
    {
        // Any fixed start does that is not orthogonal to the result; a little irregularity makes that unlikely.
        var direction = Enumerable.Range(0, width).Select(i => 1 + 0.3 * Math.Sin(i * 1.7 + (without is null ? 0 : 2))).ToArray();
        Normalize(direction, without);
        for (var iteration = 0; iteration < MaxIterations; iteration++)
        {
            var next = new double[width];
            for (var r = 0; r < rows; r++)
            {
                var weight = Dot(data, r, direction);
                for (var i = 0; i < width; i++)
                {
                    next[i] += weight * data[r * width + i];
                }
            }
            if (!Normalize(next, without))
            {
                return direction;
            }

            var change = 0.0;
            for (var i = 0; i < width; i++)
            {
                change = Math.Max(change, Math.Abs(next[i] - direction[i]));
            }

            direction = next;
            if (change < 1e-7)
            {
                break;
            }
        }
        return direction;
    }

    static double Dot(double[] data, int row, double[] direction)
    {
        var sum = 0.0;
        for (var i = 0; i < direction.Length; i++)
        {
            sum += data[row * direction.Length + i] * direction[i];
        }

        return sum;
    }

    // False when nothing is left: the data has no further direction.
    static bool Normalize(double[] vector, double[]? without)
    {
        if (without is not null)
        {
            var along = Dot(vector, 0, without);
            for (var i = 0; i < vector.Length; i++)
            {
                vector[i] -= along * without[i];
            }
        }
        var length = Math.Sqrt(vector.Sum(v => v * v));
        if (length < 1e-12)
        {
            return false;
        }

        for (var i = 0; i < vector.Length; i++)
        {
            vector[i] /= length;
        }

        return true;
    }
}
