using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;

namespace PbKv.Bench.Core;

/// <summary>
/// The whole way of a put through primary and backup and back to the clerk, on one core: two servers joined by direct
/// calls, with no network, no clerk node and no wire format. Requests of several clerks are there at once, as on a busy
/// server: a forward carries what gathered.
/// </summary>
[MemoryDiagnoser]
public class PathBench
{
    private const int Batch = 64;
    private const int Sessions = 16;

    private readonly long[] _sequences = new long[Sessions];
    private readonly long[] _sessions = new long[Sessions];
    private Pair _pair = new();
    private Bytes[] _keys = [];
    private Bytes[] _values = [];
    private int _at;

    [Params(10_000, 1_000_000)]
    public int Keys { get; set; }

    [GlobalSetup]
    public void Open()
    {
        (_pair, _keys, _values) = (new Pair(), Load.Keys(Keys), Load.Values());
        for (var i = 0; i < Sessions; i++)
            (_sessions[i], _sequences[i]) = (_pair.OpenSession(), 0);
    }

    [GlobalCleanup]
    public void MustBeEqual() => _pair.MustBeEqual();

    [Benchmark(OperationsPerInvoke = Sessions * Batch)]
    public void Put()
    {
        for (var who = 0; who < Sessions; who++)
        {
            var floor = _sequences[who] + 1;
            var operations = new Operation[Batch];
            for (var j = 0; j < Batch; j++, _at++)
                operations[j] = new Operation(
                    OperationKind.Put,
                    ++_sequences[who],
                    _keys[Load.Scatter(_at, Keys)],
                    _values[_at & 255]
                );
            _pair.Put(_sessions[who], floor, ImmutableCollectionsMarshal.AsImmutableArray(operations));
        }
        _pair.Settle();
    }
}
