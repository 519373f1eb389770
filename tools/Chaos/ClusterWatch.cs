namespace PbKv.Chaos;

/// <summary>
/// Looks at the cluster all the time: who ended by itself, how far the views have come, how many retries were
/// recognised. A server takes its counters with it when it dies, so the number of retries is at least what is told
/// here.
/// </summary>
internal sealed class ClusterWatch(ChaosCluster cluster, Violations violations)
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(200);

    private readonly Dictionary<ServerId, long> _deduplicated = [];
    private long _firstView;
    private long _firstTerm;
    private long _term;

    public PbKvStatus? Last { get; private set; }

    public long ViewNumber { get; private set; }

    public long ViewChanges => Math.Max(0, ViewNumber - _firstView);

    /// <summary>How often one of several view services was chosen to act; null where there is one alone.</summary>
    public long? Turns => cluster.Options.Views > 1 ? _term - _firstTerm : null;

    public long DeduplicatedRetries
    {
        get
        {
            lock (_deduplicated)
                return _deduplicated.Values.Sum();
        }
    }

    public async Task RunAsync(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            await LookAsync();
            await Pause.ForAsync(Every, end);
        }
    }

    public async Task LookAsync()
    {
        foreach (var node in cluster.Nodes)
        {
            if (node.Collapse is { } collapse)
                violations.Add(collapse);
        }
        if (await cluster.StatusAsync(TimeSpan.FromMilliseconds(250)) is not { } status)
            return;
        Last = status;
        Learn(status);
    }

    private void Learn(PbKvStatus status)
    {
        var number = status.ViewService.View.Number;
        if (_firstView == 0)
            _firstView = number;
        if (number < ViewNumber)
            violations.Add($"the view service went back from view {ViewNumber} to view {number}");
        ViewNumber = Math.Max(ViewNumber, number);
        _term = Math.Max(_term, status.ViewServices.Max(member => member.Term) ?? 0);
        if (_firstTerm == 0)
            _firstTerm = _term;
        lock (_deduplicated)
        {
            foreach (var server in status.Answers)
                _deduplicated[server.Server] = Math.Max(
                    _deduplicated.GetValueOrDefault(server.Server),
                    server.Deduplicated
                );
        }
    }
}
