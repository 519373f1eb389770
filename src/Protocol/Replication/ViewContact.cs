using System.Collections.Immutable;

namespace PbKv.Protocol;

/// <summary>
/// Whom a server takes for the acting view service, and who else may be it: those that it was given, and those that
/// they tell of. While one answers, that one is asked; after two silent ticks, all.
/// </summary>
internal sealed class ViewContact(ImmutableArray<NodeAddress> given)
{
    private const int Patience = 2;

    private readonly ImmutableArray<NodeAddress> _given = given;
    private ImmutableArray<NodeAddress> _all = given;
    private int _silent;
    private bool _turned;

    public NodeAddress Acting { get; private set; } = given[0];

    public ImmutableArray<NodeAddress> ToAsk => _silent < Patience ? [Acting] : _all;

    public bool Includes(NodeAddress address) => _all.Contains(address);

    public ViewContact Clone() => (ViewContact)MemberwiseClone();

    public void OnTick()
    {
        _turned = false;
        if (_all.Length > 1)
            _silent = Math.Min(_silent + 1, Patience);
    }

    public void OnAnswer(NodeAddress from) => (Acting, _silent) = (from, 0);

    /// <summary>The connection to the acting one broke: the next that is sent is for all.</summary>
    public void OnLost()
    {
        if (_all.Length > 1)
            _silent = Patience;
    }

    /// <returns>
    /// Whether another one is to be asked at once; not twice in a tick, since two that are wrong may refer to each
    /// other.
    /// </returns>
    public bool Hear(ViewServices told)
    {
        _all = [.. _given.Concat(told.Members.Select(member => member.Address)).Distinct()];
        if (told.Acting is not { } acting || acting == Acting || _turned || !_all.Contains(acting))
            return false;
        _turned = true;
        (Acting, _silent) = (acting, 0);
        return true;
    }

    public void AddTo(ref Fingerprint fingerprint)
    {
        foreach (var address in _all)
            fingerprint.Add(address.Value);
        fingerprint.Add(Acting.Value);
        fingerprint.Add(_silent);
        fingerprint.Add(_turned);
    }
}
