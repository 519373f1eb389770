using BenchmarkDotNet.Attributes;

namespace PbKv.Bench.Core;

/// <summary>Puts and gets of the store by itself.</summary>
[MemoryDiagnoser]
public class StoreBench
{
    private const int Each = 10_000;

    private KvStore _store = new();
    private Bytes[] _keys = [];
    private Bytes[] _values = [];
    private int _at;

    [Params(10_000, 1_000_000)]
    public int Keys { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        (_keys, _values, _store) = (Load.Keys(Keys), Load.Values(), new KvStore());
        for (var i = 0; i < Keys; i++)
            _store.Put(_keys[Load.Scatter(i, Keys)], _values[i & 255]);
    }

    [Benchmark(OperationsPerInvoke = Each)]
    public void Put()
    {
        for (var i = 0; i < Each; i++, _at++)
            _store.Put(_keys[Load.Scatter(_at, Keys)], _values[_at & 255]);
    }

    [Benchmark(OperationsPerInvoke = Each)]
    public int Get()
    {
        var length = 0;
        for (var i = 0; i < Each; i++, _at++)
        {
            Invariant.Assert(_store.TryGet(_keys[Load.Scatter(_at, Keys)], out var value), "a key is gone");
            length += value.Length;
        }
        return length;
    }

    /// <summary>What is shared is copied piece by piece.</summary>
    [Benchmark(OperationsPerInvoke = Each)]
    public void PutsBehindASnapshot()
    {
        _store.Snapshot();
        Put();
    }
}

/// <summary>As the model checker uses the store: few keys, and a copy for each step.</summary>
[MemoryDiagnoser]
public class CloneBench
{
    private readonly KvStore _store = new();
    private readonly SessionTable _sessions = new();
    private Bytes _key;

    [Params(0, 3)]
    public int Keys { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        foreach (var key in Load.Keys(Keys))
            _store.Put(key, Load.Values()[0]);
        _key = Load.Keys(1)[0];
        _sessions.Open(1);
        _sessions.Open(2);
    }

    [Benchmark]
    public object Store() => _store.Clone();

    [Benchmark]
    public void StoreAndPut() => _store.Clone().Put(_key, Bytes.Empty);

    [Benchmark]
    public object Sessions() => _sessions.Clone();

    [Benchmark]
    public void SessionsAndResult() =>
        _sessions.Clone().Edit(1).Record(new OperationResult(1, ResultStatus.Ok, default));
}
