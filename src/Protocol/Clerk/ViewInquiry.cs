using System.Collections.Immutable;

namespace PbKv.Protocol;

/// <summary>
/// Asks the view services for the view: one question at a time, and the next address when one gives no answer.
/// </summary>
internal sealed class ViewInquiry(ImmutableArray<NodeAddress> addresses, int timeoutTicks)
{
    private int _index;
    private int _unanswered;
    private long _askedAt;

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
        if (!IsOpen || peer != addresses[_index])
            return;
        if (_unanswered >= addresses.Length)
            return;
        TurnToNext();
        Send(known, tick, effects);
    }

    public void Answered()
    {
        IsOpen = false;
        _unanswered = 0;
    }

    /// <summary>The one that was asked is no use: it belongs to another cluster.</summary>
    public void Distrust()
    {
        IsOpen = false;
        TurnToNext();
    }

    public void Drop() => IsOpen = false;

    public ViewInquiry Clone() => (ViewInquiry)MemberwiseClone();

    public void AddTo(ref Fingerprint fingerprint, long tick)
    {
        fingerprint.Add(_index);
        fingerprint.Add(_unanswered);
        fingerprint.Add(IsOpen ? 1 + tick - _askedAt : 0);
    }

    private void TurnToNext() => _index = (_index + 1) % addresses.Length;

    private void Send(ViewId known, long tick, Effects effects)
    {
        IsOpen = true;
        _askedAt = tick;
        _unanswered = Math.Min(_unanswered + 1, addresses.Length);
        effects.Send(addresses[_index], new ViewRequest(known));
    }
}
