using System.Collections.Immutable;

namespace PbKv.Protocol;

/// <summary>
/// Asks the view services for the view: one question at a time, and the next address when one gives no answer.
/// </summary>
internal sealed class ViewInquiry(ImmutableArray<NodeAddress> given, int timeoutTicks)
{
    private readonly ImmutableArray<NodeAddress> _given = given;
    private ImmutableArray<NodeAddress> _addresses = given;
    private int _index;
    private int _unanswered;
    private long _askedAt;
    private bool _turned;

    public bool IsOpen { get; private set; }

    public void Ask(ViewId known, long tick, Effects effects)
    {
        if (!IsOpen)
            Send(known, tick, effects);
    }

    public void AskAgainIfLate(ViewId known, long tick, Effects effects)
    {
        if (!IsOpen || tick - _askedAt < timeoutTicks)
            return;
        TurnToNext();
        Send(known, tick, effects);
    }

    /// <summary>
    /// The next address is asked at once, unless all are out of reach: then the next tick that finds the question too
    /// old asks again, so that a dead view service is not knocked at without end.
    /// </summary>
    public void OnConnectionLost(NodeAddress peer, ViewId known, long tick, Effects effects)
    {
        if (!IsOpen || peer != _addresses[_index])
            return;
        if (_unanswered >= _addresses.Length)
            return;
        TurnToNext();
        Send(known, tick, effects);
    }

    public void Answered()
    {
        IsOpen = false;
        _turned = false;
        _unanswered = 0;
    }

    /// <summary>The one that was asked is no use: it belongs to another cluster.</summary>
    public void Distrust()
    {
        IsOpen = false;
        TurnToNext();
    }

    /// <summary>
    /// Another one acts: it is asked at once. But not again before an answer or a timeout, since two that are wrong may
    /// refer to each other.
    /// </summary>
    public void Hear(NodeAddress from, ViewServices told, ViewId known, long tick, Effects effects)
    {
        if (!_addresses.Contains(from))
            return;
        var asked = _addresses[_index];
        _addresses = [.. _given.Concat(told.Members.Select(member => member.Address)).Distinct()];
        _index = Math.Max(0, _addresses.IndexOf(asked));
        if (
            told.Acting is not { } acting
            || acting == asked
            || _turned
            || _addresses.IndexOf(acting) is not (>= 0 and var at)
        )
            return;
        _index = at;
        if (!IsOpen)
            return;
        _turned = true;
        Send(known, tick, effects);
    }

    public void Drop() => IsOpen = false;

    public ViewInquiry Clone() => (ViewInquiry)MemberwiseClone();

    public void AddTo(ref Fingerprint fingerprint, long tick)
    {
        foreach (var address in _addresses)
            fingerprint.Add(address.Value);
        fingerprint.Add(_index);
        fingerprint.Add(_unanswered);
        fingerprint.Add(_turned);
        fingerprint.Add(IsOpen ? 1 + tick - _askedAt : 0);
    }

    private void TurnToNext() => (_index, _turned) = ((_index + 1) % _addresses.Length, false);

    private void Send(ViewId known, long tick, Effects effects)
    {
        IsOpen = true;
        _askedAt = tick;
        _unanswered = Math.Min(_unanswered + 1, _addresses.Length);
        effects.Send(_addresses[_index], new ViewRequest(known));
    }
}
