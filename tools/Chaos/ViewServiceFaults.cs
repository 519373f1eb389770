using PbKv.Actors;

namespace PbKv.Chaos;

/// <summary>
/// What is done to the view service, or to some of several, above all to the one that acts.
/// </summary>
internal sealed class ViewServiceFaults(ChaosCluster cluster, FaultLog log) : IDisposable
{
    private const int MostTransfers = 6;

    private static readonly TimeSpan KilledWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Answers = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _losing = new(1);

    public void Dispose() => _losing.Dispose();

    /// <summary>One, two, or all at once, with what they kept.</summary>
    public async Task KillAsync(Chance chance, CancellationToken enough)
    {
        var wanted = chance.Percent(20) ? [.. cluster.ViewServices] : await PickAsync(cluster, chance);
        var claimed = wanted.FindAll(cluster.TryClaim);
        if (claimed.Count == 0)
            return;
        try
        {
            using var strike = log.Begin(FaultKind.ViewService, $"killed {NamesOf(claimed)}");
            await Task.WhenAll(claimed.Select(node => node.EndAsync(Signal.Kill, KilledWithin)));
            await Pause.ForAsync(cluster.Options.DeadAfter * (chance.Below(300) / 100.0), enough);
            await Task.WhenAll(claimed.Select(node => node.StartAsync()));
        }
        finally
        {
            claimed.ForEach(cluster.Release);
        }
    }

    /// <summary>
    /// One at a time, and only where each of the others has all that was decided: most of them must not lose it.
    /// </summary>
    public async Task LoseDiskAsync(Chance chance, CancellationToken enough)
    {
        if (!await _losing.WaitAsync(TimeSpan.Zero, CancellationToken.None))
            return;
        try
        {
            var node = await cluster.UntilTogetherAsync(cluster.Options.DeadAfter * 8, enough)
                ? (await PickAsync(cluster, chance))[0]
                : null;
            if (node is null || !cluster.TryClaim(node))
                return;
            try
            {
                using var strike = log.Begin(FaultKind.Disk, $"{node.Name} killed, and its directory is gone");
                await node.EndAsync(Signal.Kill, KilledWithin);
                Directory.Delete(cluster.DirectoryOf(node), recursive: true);
                await Pause.ForAsync(cluster.Options.DeadAfter * (chance.Below(300) / 100.0), enough);
                await node.StartAsync();
            }
            finally
            {
                cluster.Release(node);
            }
        }
        finally
        {
            _losing.Release();
        }
    }

    /// <summary>Again and again another one is asked to act, every other time as soon as the view has moved.</summary>
    public async Task TransferAsync(Chance chance, CancellationToken enough)
    {
        using var strike = log.Begin(FaultKind.Transfer, "who acts", counts: false);
        using var client = new PlainClient(
            PbKvSettings.Read(cluster.Options.Config) with
            {
                ViewServices = [.. cluster.Address.Split(',')],
                Deadline = Answers,
            }
        );
        for (var left = chance.Between(1, MostTransfers); left > 0 && !enough.IsCancellationRequested; left--)
        {
            if (chance.Percent(50))
                await cluster.UntilViewMovesAsync(cluster.Options.DeadAfter * 2, enough);
            if (await Task.Run(() => Transfer(client, enough), CancellationToken.None) is { } text)
            {
                strike.Count();
                log.Say(text);
            }
            await Pause.ForAsync(TimeSpan.FromMilliseconds(chance.Below(200)), enough);
        }
    }

    /// <summary>The one that acts mostly; of several now and then two.</summary>
    /// <returns>At least one.</returns>
    public static async Task<List<ProcessNode>> PickAsync(ChaosCluster cluster, Chance chance)
    {
        var rest = cluster.ViewServices.ToList();
        var first = chance.Percent(50) ? await cluster.ActingAsync() ?? rest[0] : chance.OneOf(rest);
        rest.Remove(first);
        return rest.Count > 0 && chance.Percent(30) ? [first, chance.OneOf(rest)] : [first];
    }

    public static string NamesOf(IEnumerable<ProcessNode> nodes) => string.Join(", ", nodes.Select(node => node.Name));

    private static string? Transfer(PlainClient client, CancellationToken enough)
    {
        try
        {
            return client.LetViewServiceAct("", enough);
        }
        catch (Exception e) when (e is PbKvException or OperationCanceledException)
        {
            // Nobody acts, or nobody else is able to, or it is enough.
            return null;
        }
    }
}
