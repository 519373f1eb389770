using System.Collections.Concurrent;
using PbKv.Client;

namespace PbKv.Host.Tests.Processes;

/// <summary>
/// Clients that append to keys of their own and read them: each key holds exactly what was appended to it, and no
/// operation may fail.
/// </summary>
internal sealed class AppendLoad : IAsyncDisposable
{
    private const int Clients = 2;
    private const int Appends = 40;

    private static readonly string Whole = string.Concat(Enumerable.Range(0, Appends).Select(i => $"{i},"));

    private readonly CancellationTokenSource _enough = new();
    private readonly ConcurrentDictionary<int, int> _rounds = new();
    private readonly List<PbKvClient> _clients = [];
    private Task _callers = Task.CompletedTask;
    private TaskCompletionSource _news = NewSource();

    private AppendLoad() { }

    public static async Task<AppendLoad> StartAsync(string viewService)
    {
        var load = new AppendLoad();
        for (var i = 0; i < Clients; i++)
            load._clients.Add(
                await PbKvClient.ConnectAsync(
                    viewService,
                    new PbKvClientOptions
                    {
                        Settings = "akka.loglevel = OFF, akka.loggers = []",
                        Deadline = Child.Patience,
                    }
                )
            );
        load._callers = Task.WhenAll(
            Enumerable.Range(0, Clients).Select(caller => Task.Run(() => load.CallOrEndAllAsync(caller)))
        );
        return load;
    }

    /// <summary>Until every client has begun with another key, and ended with it.</summary>
    public async Task GoOnAsync()
    {
        var until = Enumerable.Range(0, Clients).Select(caller => Rounds(caller) + 2).ToList();
        using var patience = new CancellationTokenSource(Child.Patience);
        while (true)
        {
            var news = Volatile.Read(ref _news).Task;
            if (until.Index().All(caller => Rounds(caller.Index) >= caller.Item))
                return;
            if (await Task.WhenAny(news, _callers).WaitAsync(patience.Token) == _callers)
                await _callers;
        }
    }

    public async Task StopAsync()
    {
        await _enough.CancelAsync();
        await _callers;
    }

    public async Task AssertAllIsThereAsync(PbKvClient reader)
    {
        foreach (var (caller, rounds) in _rounds)
        {
            for (var round = 0; round < rounds; round++)
                Assert.Equal(Whole, await reader.GetAsync(Key(caller, round)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _enough.CancelAsync();
        foreach (var client in _clients)
            await client.DisposeAsync();
        _enough.Dispose();
    }

    private async Task CallOrEndAllAsync(int caller)
    {
        try
        {
            await CallAsync(caller);
        }
        finally
        {
            await _enough.CancelAsync();
        }
    }

    private async Task CallAsync(int caller)
    {
        var client = _clients[caller];
        while (!_enough.IsCancellationRequested)
        {
            var key = Key(caller, Rounds(caller));
            for (var i = 0; i < Appends; i++)
                await client.AppendAsync(key, $"{i},");
            Assert.Equal(Whole, await client.GetAsync(key));
            _rounds.AddOrUpdate(caller, 1, (_, rounds) => rounds + 1);
            Interlocked.Exchange(ref _news, NewSource()).SetResult();
        }
    }

    private int Rounds(int caller) => _rounds.GetValueOrDefault(caller);

    private static string Key(int caller, int round) => $"{caller}.{round}";

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
