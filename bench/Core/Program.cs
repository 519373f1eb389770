using PbKv.Bench.Core;

var parts = new Dictionary<string, Action<Table>>
{
    ["store"] = StoreBench.Run,
    ["memory"] = MemoryBench.Run,
    ["sessions"] = SessionBench.Run,
    ["path"] = PathBench.Run,
    ["turns"] = TurnBench.Run,
};

var wanted = args.Length == 0 ? parts.Keys.ToArray() : args;
if (wanted.FirstOrDefault(name => !parts.ContainsKey(name)) is { } unknown)
{
    Console.Error.WriteLine($"There is no part '{unknown}'; there are: {string.Join(", ", parts.Keys)}.");
    return 1;
}

var table = new Table();
foreach (var name in wanted)
    parts[name](table);
return 0;
