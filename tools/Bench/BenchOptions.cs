namespace PbKv.Bench;

/// <summary>What `pbkv bench` measures.</summary>
internal sealed record BenchOptions(string Op, int Clients, int Callers, double Seconds, double Warmup, int ValueSize, long Keys)
{
    public static readonly string[] Ops = ["put", "get", "puthash", "append", "mixed"];
}
