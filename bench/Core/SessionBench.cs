using BenchmarkDotNet.Attributes;

namespace PbKv.Bench.Core;

/// <summary>The table of sessions by itself.</summary>
[MemoryDiagnoser]
public class SessionBench
{
    private const int Window = 64;

    private SessionTable _sessions = new();
    private long _sequence;
    private int _at;

    [Params(1, 100_000)]
    public int Count { get; set; }

    [GlobalSetup]
    public void Open()
    {
        _sessions = new SessionTable();
        for (long i = 0; i < Count; i++)
            _sessions.Open(i * 37);
        Record();
    }

    [Benchmark]
    public void OpenAndClose()
    {
        _sessions.Open(-1);
        _sessions.Close(-1);
    }

    /// <summary>The floor rises, and there are as many results more.</summary>
    [Benchmark(OperationsPerInvoke = Window)]
    public void Record()
    {
        var session = _sessions.Edit(Load.Scatter(_at++, Count) * 37L);
        session.RaiseFloor(_sequence - Window);
        for (var i = 0; i < Window; i++, _sequence++)
            session.Record(new OperationResult(_sequence, ResultStatus.Ok, default));
    }

    [Benchmark]
    public bool FindAndLookUp() => _sessions.Find(Load.Scatter(_at++, Count) * 37L)!.TryResult(_sequence - 1, out _);
}
