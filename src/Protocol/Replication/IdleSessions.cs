namespace PbKv.Protocol;

/// <summary>
/// When each session was last used, in ticks of this primary. Not replicated: a new primary gives every session its
/// full time again. A few sessions are looked at in each tick, in turn.
/// </summary>
internal sealed class IdleSessions(ProtocolSettings settings)
{
    private const int PerTick = 2000;

    private readonly long _idleTicks = settings.SessionIdleTicks;
    private Dictionary<long, long> _lastUsed = [];
    private long? _at;
    private long _now;

    private bool IsOff => _idleTicks == long.MaxValue;

    public IdleSessions Clone()
    {
        var clone = (IdleSessions)MemberwiseClone();
        clone._lastUsed = new(_lastUsed);
        return clone;
    }

    public void Used(long session)
    {
        if (!IsOff)
            _lastUsed[session] = _now;
    }

    /// <returns>Sessions that have been idle for too long.</returns>
    public List<long> Tick(SessionTable sessions)
    {
        var expired = new List<long>();
        if (IsOff)
            return expired;
        _now++;
        for (var i = 0; i < PerTick; i++)
        {
            _at = sessions.After(_at)?.Id;
            if (_at is not { } session)
                break;
            if (!_lastUsed.TryGetValue(session, out var last))
                _lastUsed[session] = _now;
            else if (_now - last >= _idleTicks)
                expired.Add(session);
        }
        foreach (var session in expired)
            _lastUsed.Remove(session);
        return expired;
    }

    public void Forget(long session) => _lastUsed.Remove(session);

    public void AddTo(ref Fingerprint fingerprint) => fingerprint.Add(_now);
}
