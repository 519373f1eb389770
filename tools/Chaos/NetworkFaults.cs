namespace PbKv.Chaos;

/// <summary>What is done to single links, in one direction or both.</summary>
internal sealed class NetworkFaults(ChaosCluster cluster, IReadOnlyList<string> clients, FaultLog log)
{
    private readonly Lock _lock = new();

    public async Task CutAsync(Chance chance, CancellationToken enough)
    {
        var kind = chance.Below(100);
        if (kind < 20)
            await CutAsync(Deaf(chance), swallow: true, chance.Between(300, 1600), enough);
        else
            await CutAsync(
                kind < 40 ? Around(chance) : Draw(chance),
                chance.Percent(50),
                chance.Between(20, 500),
                enough
            );
    }

    public async Task SlowAsync(Chance chance, CancellationToken enough)
    {
        var delay = TimeSpan.FromMilliseconds(chance.Between(5, 200));
        var links = Claim(Draw(chance), link => link.Slow(delay));
        if (links.Count == 0)
            return;
        using var strike = log.Begin(FaultKind.Slow, $"{string.Join(", ", links)} by {delay.TotalMilliseconds} ms");
        await Pause.ForAsync(cluster.Options.DeadAfter * (chance.Between(100, 700) / 100.0), enough);
        Open(links);
    }

    private async Task CutAsync(List<Link> wanted, bool swallow, int percentOfDeadAfter, CancellationToken enough)
    {
        var links = Claim(wanted, link => link.Cut(swallow));
        if (links.Count == 0)
            return;
        using var strike = log.Begin(
            FaultKind.Cut,
            $"{string.Join(", ", links)} ({(swallow ? "what is sent is lost" : "what is sent comes late")})"
        );
        await Pause.ForAsync(cluster.Options.DeadAfter * (percentOfDeadAfter / 100.0), enough);
        Open(links);
    }

    /// <summary>One link, or one and its opposite. Now and then it is one of a client's.</summary>
    private List<Link> Draw(Chance chance)
    {
        var nodes = cluster.Nodes.Select(node => node.Name).ToList();
        var to = chance.OneOf(nodes);
        nodes.Remove(to);
        var from = chance.Percent(15) ? chance.OneOf(clients) : chance.OneOf(nodes);
        var there = cluster.Links.Between(from, to);
        var back = cluster.Links.Between(to, from);
        return chance.Below(3) switch
        {
            0 => [there],
            1 => [back],
            _ => [there, back],
        };
    }

    /// <summary>A node, or two of several view services, cut off from all other nodes; clients reach them.</summary>
    private List<Link> Around(Chance chance)
    {
        var views = cluster.ViewServices;
        List<ProcessNode> inside = [chance.OneOf(cluster.Nodes.ToList())];
        if (views.Contains(inside[0]) && chance.Percent(40))
            inside.Add(chance.OneOf(views));
        var outside = cluster.Nodes.Except(inside).ToList();
        var pairs = inside
            .Distinct()
            .SelectMany(node => outside.Select(other => (node.Name, Other: other.Name)))
            .ToList();
        var outwards = pairs.Select(pair => cluster.Links.Between(pair.Name, pair.Other));
        var inwards = pairs.Select(pair => cluster.Links.Between(pair.Other, pair.Name));
        return chance.Below(3) switch
        {
            0 => [.. outwards],
            1 => [.. inwards],
            _ => [.. outwards, .. inwards],
        };
    }

    /// <summary>
    /// A client that servers hear, and that hears none of them, for long: what it asked for is done, and it will ask
    /// again when those who did it may all be gone, and others have it by hearsay.
    /// </summary>
    private List<Link> Deaf(Chance chance)
    {
        var client = chance.OneOf(clients);
        return [.. cluster.Replicas.Select(server => cluster.Links.Between(server.Name, client))];
    }

    /// <summary>Those that no other fault has.</summary>
    private List<Link> Claim(List<Link> links, Action<Link> change)
    {
        lock (_lock)
        {
            var free = links.FindAll(link => link.IsOpen);
            free.ForEach(change);
            return free;
        }
    }

    private static void Open(List<Link> links) => links.ForEach(link => link.Open());
}
