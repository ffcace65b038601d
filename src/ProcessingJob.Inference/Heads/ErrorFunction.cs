namespace ProcessingJob.Inference.Heads;

static class ErrorFunction
{
    /// <summary>
    /// erf to double precision: its Taylor series, and for large values the continued fraction of erfc (dlmf.nist.gov/7.6, 7.9).
    /// </summary>
    public static double Erf(double x)
    {
        var a = Math.Abs(x);
        if (a > 6)
        {
            return Math.Sign(x);
        }

        if (a < 3)
        {
            var (term, sum) = (a, a);
            for (var n = 1; Math.Abs(term) > 1e-17 * Math.Abs(sum) && n <= 200; n++)
            {
                term *= -a * a / n;
                sum += term / (2 * n + 1);
            }

            return Math.Sign(x) * sum * 2 / Math.Sqrt(Math.PI);
        }

        var fraction = 0.0;
        for (var k = 60; k >= 1; k--)
        {
            fraction = k / 2.0 / (a + fraction);
        }

        return Math.Sign(x) * (1 - Math.Exp(-a * a) / (a + fraction) / Math.Sqrt(Math.PI));
    }
}
