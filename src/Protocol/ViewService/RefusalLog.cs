using System.Collections.Immutable;

namespace PbKv.Protocol;

/// <summary>Whose pings were refused lately: a server pings ten times a second, and it is said once.</summary>
internal sealed class RefusalLog
{
    private const int Most = 64;

    private ImmutableArray<(ServerId Server, PingRefusal Reason)> _said = [];

    public RefusalLog Clone() => (RefusalLog)MemberwiseClone();

    public bool IsNew(ServerId server, PingRefusal reason)
    {
        if (_said.Contains((server, reason)))
            return false;
        if (_said.Length == Most)
            _said = _said.RemoveAt(0);
        _said = _said.Add((server, reason));
        return true;
    }
}
