namespace PbKv.Checking;

/// <summary>
/// Counts the situations that runs got into: a run that never sees a failover proves nothing about failovers.
/// </summary>
internal sealed class ReachedCounters : WorldWatch
{
    /// <summary>What must have happened over a few hundred seeds of all profiles.</summary>
    public static IReadOnlyList<string> Demanded { get; } =
    [
        // Nobody asks for a reset, and nobody has another copy.
        .. Enum.GetNames<NoticeKind>().Except([nameof(NoticeKind.ResetDone), nameof(NoticeKind.CopyDiffers)]),
        .. "failovers unknownOutcomes full crashes pauses slowServers cuts lostMessages repeatedMessages".Split(' '),
        .. "viewServiceRestarts forgottenMemories otherViewServices lostDisks".Split(' '),
    ];

    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private View _view = View.None;

    public ReachedCounters()
    {
        foreach (var name in Demanded)
            _counts[name] = 0;
    }

    public IReadOnlyDictionary<string, long> Counts => _counts;

    public void Count(string name, long times = 1) => _counts[name] = _counts.GetValueOrDefault(name) + times;

    public void Add(ReachedCounters other)
    {
        foreach (var (name, count) in other._counts)
            Count(name, count);
    }

    public override void OnEffects(World world, Machine machine, Effects effects)
    {
        foreach (var notice in effects.Notices)
            Count(notice.Kind.ToString());
        foreach (var completion in effects.Completions)
        {
            if (completion.Status is CallStatus.Unsupported)
                Count("unsupported");
            if (completion.Status is CallStatus.DeadlinePassed or CallStatus.Cancelled or CallStatus.SessionExpired)
                Count("unknownOutcomes");
            if (completion.Status == CallStatus.Full)
                Count("full");
        }
        if (
            machine.Node is ViewServiceGroup { Member: { IsDeciding: false, Acting: { } service } }
            && service.View != _view
        )
        {
            if (service.View.Cluster == _view.Cluster && _view.Number > 0 && service.View.Primary == _view.Backup)
                Count("failovers");
            _view = service.View;
        }
    }
}
