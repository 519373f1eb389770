using System.Text;
using Akka.Actor;
using Akka.Configuration;

namespace PbKv.Chaos;

/// <summary>
/// A client with an ActorSystem and a host of its own: does one operation after another, now and then a few at once,
/// and writes down what it was told. Most wait for ever; some have a deadline, and then their outcome is unknown.
/// </summary>
internal sealed class ChaosClient : IAsyncDisposable
{
    private static readonly TimeSpan LongestThought = TimeSpan.FromMilliseconds(16);

    private readonly ActorSystem _system;
    private readonly PbKvClient _client;
    private readonly int _number;
    private readonly Keyspace _keyspace;
    private readonly History _history;
    private readonly GapMeter _gaps;
    private readonly Chance _chance;
    private readonly RandomChanges _changes;
    private long _completed;
    private int _open;

    public ChaosClient(
        int number,
        string host,
        string viewService,
        ChaosOptions options,
        Keyspace keyspace,
        History history,
        GapMeter gaps,
        Chance chance
    )
    {
        (_number, _keyspace, _history, _gaps, _chance) = (number, keyspace, history, gaps, chance);
        _changes = new RandomChanges(chance);
        var settings = options.ClientOptions();
        var hosted = ConfigurationFactory.ParseString($"akka.remote.sockets.hostname = \"{host}\"");
        _system = ActorSystem.Create(
            $"chaos-{number}",
            hosted.WithFallback(settings.Config).WithFallback(ConfigurationFactory.ParseString(PbKvClient.Hocon))
        );
        _client = PbKvClient.Join(_system, viewService, settings);
    }

    /// <summary>Operations that ended, well or not.</summary>
    public long Completed => Volatile.Read(ref _completed);

    public int Open => Volatile.Read(ref _open);

    public override string ToString() => $"client {_number} ({Completed} operations done, {Open} open)";

    /// <summary>Until no more are wanted; completes when all that it began have ended.</summary>
    public async Task RunAsync(CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            var burst = _chance.Percent(15) ? _chance.Between(2, 4) : 1;
            await Task.WhenAll(Enumerable.Range(0, burst).Select(_ => OneAsync()));
            await Pause.ForAsync(LongestThought * (_chance.Below(1000) / 1000.0), enough);
        }
    }

    /// <summary>Reads one key, for as long as it takes.</summary>
    public async Task<string> ReadAsync(Bytes key) =>
        Encoding.UTF8.GetString(await DoAsync(OperationKind.Get, key, Timeout.InfiniteTimeSpan) ?? []);

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _system.Terminate();
    }

    private Task<byte[]?> OneAsync()
    {
        var (key, kind) = _keyspace.Draw(_chance);
        var deadline = _chance.Percent(4)
            ? TimeSpan.FromMilliseconds(_chance.Between(20, 2000))
            : Timeout.InfiniteTimeSpan;
        return DoAsync(kind, key, deadline);
    }

    /// <returns>The value that was read or found; null for none, and where it is not known.</returns>
    private async Task<byte[]?> DoAsync(OperationKind kind, Bytes key, TimeSpan deadline)
    {
        Interlocked.Increment(ref _open);
        // Unique, and never the beginning of another's.
        var value = Bytes.Utf8($"{_number}.{_history.Count}.{_chance.Below(1 << 20)};");
        if (kind == OperationKind.Change)
            value = _changes.Next(key, value);
        else if (kind is OperationKind.Get or OperationKind.Look)
            value = Bytes.Empty;
        var operation = _history.Invoke(_number, kind, key, value);
        byte[]? result = null;
        try
        {
            result = await _client.RunAsync(kind, key, value, deadline);
            _history.Respond(
                operation,
                result is null ? CallStatus.Missing : CallStatus.Ok,
                result is null ? Bytes.Empty : new Bytes(result)
            );
            if (kind == OperationKind.Look)
                _changes.Saw(key, new Bytes(result!));
            _gaps.Complete();
        }
        catch (PbKvException e)
        {
            _history.Respond(
                operation,
                e.Outcome == PbKvOutcome.NotExecuted ? CallStatus.Unreachable : CallStatus.DeadlinePassed,
                Bytes.Empty
            );
        }
        Interlocked.Increment(ref _completed);
        Interlocked.Decrement(ref _open);
        return result;
    }
}
