namespace PbKv.Protocol;

/// <summary>
/// The clerks that asked for the view and have not been told of an acknowledged one since: they are told unasked.
/// Bounded; a clerk beyond the bound finds out by asking again.
/// </summary>
internal sealed class Audience
{
    public const int Most = 10_000;

    private readonly OrderedDictionary<NodeAddress, byte> _clerks;

    public Audience() => _clerks = [];

    private Audience(Audience other) => _clerks = new OrderedDictionary<NodeAddress, byte>(other._clerks);

    public int Count => _clerks.Count;

    public Audience Clone() => new(this);

    public void Add(NodeAddress clerk)
    {
        if (_clerks.Count < Most)
            _clerks.TryAdd(clerk, default);
    }

    /// <param name="system">What the names of its clerks begin with.</param>
    public void Forget(string system)
    {
        foreach (
            var clerk in _clerks.Keys.Where(clerk => clerk.Value.StartsWith(system, StringComparison.Ordinal)).ToList()
        )
            _clerks.Remove(clerk);
    }

    /// <summary>
    /// A view that is not acknowledged has no primary that answers yet: who hears of it waits for more.
    /// </summary>
    public void Tell(ViewNews news, Effects effects)
    {
        foreach (var (clerk, _) in _clerks)
            effects.Send(clerk, news);
        if (news.Acknowledged)
            _clerks.Clear();
    }

    public void AddTo(ref Fingerprint fingerprint)
    {
        foreach (var (clerk, _) in _clerks)
            fingerprint.Add(clerk.Value);
    }
}
