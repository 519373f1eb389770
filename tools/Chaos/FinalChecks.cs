namespace PbKv.Chaos;

/// <summary>What has to hold when all is whole again.</summary>
internal sealed class FinalChecks(ChaosCluster cluster, Violations violations)
{
    /// <summary>Generous: what passes here has stopped for good.</summary>
    private static readonly TimeSpan HealedWithin = TimeSpan.FromSeconds(60);

    public async Task AwaitHealthAsync(CancellationToken asked)
    {
        if (await cluster.UntilSyncedAsync(HealedWithin, asked))
        {
            if (!await cluster.UntilTogetherAsync(HealedWithin, asked) && !asked.IsCancellationRequested)
            {
                var members = (await cluster.StatusAsync(TimeSpan.FromSeconds(2)))?.ViewServices ?? [];
                violations.Add(
                    $"{HealedWithin.TotalSeconds} s after the last fault the view services differ: "
                        + string.Join(", ", members.Select(Account))
                );
            }
            return;
        }
        if (asked.IsCancellationRequested)
            return;
        var status = await cluster.StatusAsync(TimeSpan.FromSeconds(2));
        var text = status is null
            ? "no view service answers"
            : $"{status.ViewService.View}, {status.ViewService.WaitingFor ?? "waiting for nothing"}";
        violations.Add($"{HealedWithin.TotalSeconds} s after the last fault there was no synced pair: {text}");
    }

    /// <summary>Every client gets something done after the healing, and then everything that it began ends.</summary>
    public async Task AwaitClientsAsync(
        IReadOnlyList<ChaosClient> clients,
        IReadOnlyList<Task> running,
        CancellationTokenSource enough,
        CancellationToken asked
    )
    {
        var before = clients.Select(client => client.Completed).ToArray();
        var limit = DateTime.UtcNow + HealedWithin;
        while (
            DateTime.UtcNow < limit
            && !asked.IsCancellationRequested
            && clients.Where((client, i) => client.Completed == before[i]).Any()
        )
            await Pause.ForAsync(TimeSpan.FromMilliseconds(50), asked);
        await enough.CancelAsync();
        var all = Task.WhenAll(running);
        await Task.WhenAny(all, Pause.ForAsync(HealedWithin, asked));
        if (all.IsCompleted)
            await all;
        foreach (var client in clients.Where(client => client.Open > 0 && !asked.IsCancellationRequested))
            violations.Add($"{client} still waits {HealedWithin.TotalSeconds} s after the last fault");
    }

    /// <summary>At rest, primary and backup are equal.</summary>
    public async Task CompareReplicasAsync(CancellationToken asked)
    {
        var account = "";
        var limit = DateTime.UtcNow + HealedWithin;
        while (DateTime.UtcNow < limit && !asked.IsCancellationRequested)
        {
            if (
                await cluster.StatusAsync(TimeSpan.FromSeconds(1)) is { } status
                && Difference(status) is var difference
            )
            {
                if (difference is null)
                    return;
                account = difference;
            }
            await Pause.ForAsync(TimeSpan.FromMilliseconds(100), asked);
        }
        if (!asked.IsCancellationRequested)
            violations.Add($"primary and backup do not become equal at rest: {account}");
    }

    public static LinearizabilityVerdict CheckHistory(History history, Violations violations)
    {
        var verdict = LinearizabilityChecker.Check(history);
        if (verdict.Outcome == Linearizability.Violated)
            violations.Add($"the history is not linearizable: {verdict.Account}");
        return verdict;
    }

    /// <summary>What clients append is unique: found twice, it was done twice.</summary>
    public static IEnumerable<string> TwiceIn(string value) =>
        value
            .Split(';', StringSplitOptions.RemoveEmptyEntries)
            .GroupBy(element => element)
            .Where(group => group.Count() > 1)
            .Select(group => group.Key);

    private static string Account(PbKvViewService member) =>
        $"{member.Id}{(member.Acting ? " acts" : "")} "
        + (member.Lag is { } lag ? $"in term {member.Term} lacks {lag}" : "does not answer");

    private static string? Difference(PbKvStatus status)
    {
        var view = status.ViewService.View;
        var primary = status.Answers.FirstOrDefault(server => server.Server == view.Primary);
        var backup = status.Answers.FirstOrDefault(server => server.Server == view.Backup);
        if (primary is null || backup is null)
            return $"{view}: they do not both answer";
        var left = (primary.Position, primary.Keys, primary.Bytes, primary.Sessions, primary.Digest);
        var right = (backup.Position, backup.Keys, backup.Bytes, backup.Sessions, backup.Digest);
        return left == right ? null : $"primary {left}, backup {right}";
    }
}
