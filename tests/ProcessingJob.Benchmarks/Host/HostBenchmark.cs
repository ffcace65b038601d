using System.Globalization;
using ProcessingJob.Testing;

namespace ProcessingJob.Benchmarks.Host;

/// <summary>
/// The worker without its model: rows per second of CPU time, and what each stage takes of it. CPU time, because the clock says nothing on
/// a machine with other load. Every case is a process of its own, its start and compiled code counted.
/// </summary>
static class HostBenchmark
{
    public static Task RunAsync(BenchmarkOptions options)
    {
        var rows = options.Full ? 888_000 : 200_000;
        using var folder = new TempFolder();
        Console.WriteLine($"  {rows:N0} short reviews; microseconds of CPU time a row by stage; 192 vCPUs: {LargeHost.Formula}");
        var stages = string.Concat(HostCase.StageNames.Select(name => name.PadLeft(9)));
        Console.WriteLine(
            $"  {"", -30}{"rows/cpu-s", 11}{"rows/s", 9}{"cpu/wall", 9}{"us/row", 8}{stages}{"rest", 9}{"B/row", 8}{"pause s", 8}"
                + $"{"jit s", 7}{"peak MB", 8}{"heap MB", 8}  192 vCPUs"
        );
        var names = options.Full ? (string[])["csv", "jsonl", "parquet"] : ["csv", "parquet"];
        foreach (var name in names)
        {
            HostInput.Write(folder, name, rows);
            Case(folder, name, "tokenize", 384, "float32", "parquet");
            Case(folder, name, "embed", 384, "float32", "parquet");
        }

        Case(folder, "csv", "embed", 384, "float16", "parquet");
        Case(folder, "csv", "embed", 768, "float32", "parquet");
        Case(folder, "csv", "embed", 1024, "float32", "parquet");
        Case(folder, "csv", "embed", 384, "float32", "jsonl");
        Case(folder, "csv", "embed", 384, "float32", "npy");
        return Task.CompletedTask;
    }

    static void Case(TempFolder folder, string input, string task, int width, string precision, string format)
    {
        using var root = HostInput.Root(folder[input]);
        var result = new HostCase(root.Path, task, width, precision, format, []).RunInProcess();
        var what = task == "embed" ? $"{input}: embed {width} {precision}" : $"{input}: {task}";
        Print(format == "parquet" ? what : $"{what}, {format}", result);
    }

    static void Print(string what, HostResult result)
    {
        var perRow = 1e6 / result.Rows;
        var (rate, bound) = LargeHost.Of(result);
        var stages = string.Concat(result.Stages.Select(s => (s.Cpu * perRow).ToString("0.00", CultureInfo.InvariantCulture).PadLeft(9)));
        var rest = (result.Cpu - result.Stages.Where(s => s.Name != HostCase.Commit).Sum(s => s.Cpu)) * perRow;
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"  {what, -30}{result.Rows / result.Cpu, 11:N0}{result.Rows / result.Wall, 9:N0}{result.Cpu / result.Wall, 9:0.00}"
                    + $"{result.Cpu * perRow, 8:0.00}{stages}{rest, 9:0.00}{(double)result.Allocated / result.Rows, 8:N0}"
                    + $"{result.Pause, 8:0.00}"
                    + $"{result.Jit, 7:0.0}{result.PeakBytes / 1e6, 8:N0}{result.HeapBytes / 1e6, 8:N0}  {rate:N0} rows/s ({bound})"
            )
        );
    }
}
