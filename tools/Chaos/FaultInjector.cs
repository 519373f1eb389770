namespace PbKv.Chaos;

/// <summary>Draws faults one after another from the seed; a few may overlap, a leave is alone.</summary>
internal sealed class FaultInjector(
    IReadOnlyDictionary<FaultKind, Func<Chance, CancellationToken, Task>> faults,
    ChaosCluster cluster,
    FaultLog log,
    Chance chance
)
{
    private const int MostAtOnce = 3;

    private readonly List<Task> _running = [];
    private ulong _drawn;

    public async Task RunAsync(CancellationToken enough)
    {
        try
        {
            while (!enough.IsCancellationRequested)
            {
                await UntilMomentAsync(enough);
                await SettleAsync(MostAtOnce - 1);
                if (!enough.IsCancellationRequested)
                    await StrikeAsync(Next(), enough);
            }
        }
        finally
        {
            await SettleAsync(0);
        }
    }

    /// <summary>
    /// Sometimes in the midst of what the fault before brings about, sometimes only when there is a pair again: what
    /// never has a backup cannot lose its primary.
    /// </summary>
    private async Task UntilMomentAsync(CancellationToken enough)
    {
        if (_running.Count > 0 && chance.Percent(35))
        {
            await cluster.UntilViewMovesAsync(cluster.Options.DeadAfter * 2, enough);
            return;
        }
        await Pause.ForAsync(TimeSpan.FromMilliseconds(chance.Between(100, 1200)), enough);
        if (chance.Percent(40))
            await cluster.UntilSyncedAsync(cluster.Options.DeadAfter * 8, enough);
    }

    private async Task StrikeAsync(FaultKind kind, CancellationToken enough)
    {
        var alone = kind == FaultKind.Leave;
        if (alone)
            await SettleAsync(0);
        var strike = faults[kind](chance.Fork(++_drawn), enough);
        _running.Add(strike);
        if (alone)
            await SettleAsync(0);
    }

    /// <summary>Waits until no more than so many are under way; what went wrong in one comes out here.</summary>
    private async Task SettleAsync(int most)
    {
        do
        {
            foreach (var done in _running.FindAll(strike => strike.IsCompleted))
            {
                _running.Remove(done);
                await done;
            }
            if (_running.Count > most)
                await Task.WhenAny(_running);
        } while (_running.Count > most || _running.Exists(strike => strike.IsCompleted));
    }

    /// <summary>One that has not struck yet, every other time: a short run is to see them all.</summary>
    private FaultKind Next()
    {
        var struck = log.Struck;
        var missing = faults.Keys.Where(kind => !struck.ContainsKey(kind)).Order().ToList();
        return missing.Count > 0 && chance.Percent(50)
            ? chance.OneOf(missing)
            : chance.OneOf(faults.Keys.Order().ToList());
    }
}
