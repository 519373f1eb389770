using System.Globalization;

namespace PbKv.Peers;

/// <summary>The words of the command line: `peers redis|etcd MODE --name value …`.</summary>
internal sealed class LoadOptions
{
    private readonly Dictionary<string, string> _values = [];

    public LoadOptions(string[] args)
    {
        if (args.Length < 2)
            throw new ArgumentException(
                "peers: say `peers redis set-wait|pipeline-wait|set|get` or `peers etcd put|get`, then --name "
                    + "value pairs"
            );
        Store = args[0];
        Mode = args[1];
        for (var i = 2; i < args.Length; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal) || i + 1 >= args.Length)
                throw new ArgumentException($"peers: '{args[i]}' is no --name value pair");
            _values[args[i][2..]] = args[++i];
        }
    }

    public string Store { get; }

    public string Mode { get; }

    public string Host => _values.GetValueOrDefault("host", "127.0.0.1");

    public int Port => Number("port", 6379);

    public int Callers => Number("callers", 64);

    public int Keys => Number("keys", 100_000);

    public int ValueSize => Number("value-size", 100);

    public double Seconds => Number("seconds", 5);

    public double Warmup => Number("warmup", 1);

    private int Number(string name, int otherwise) =>
        _values.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
