using System.Collections.Immutable;

namespace PbKv.Protocol;

/// <summary>
/// Live servers in views that this view service never made. Their pings count for nothing, but they may hold what a
/// view service that lost its memory knows nothing of: an operator can have it take over from one of them.
/// </summary>
internal sealed class Strangers(int deadPings)
{
    /// <summary>Beyond this many nobody is let in: a cluster has a few servers.</summary>
    private const int Most = 100;

    private ImmutableArray<Stranger> _all = [];

    public ImmutableArray<Stranger> All => _all;

    public Strangers Clone() => (Strangers)MemberwiseClone();

    public Stranger? At(NodeAddress address)
    {
        foreach (var stranger in _all)
        {
            if (stranger.Id.Address == address)
                return stranger;
        }
        return null;
    }

    /// <summary>The highest number of a view of this cluster that one of them is in.</summary>
    public long NewestViewOf(ClusterId cluster)
    {
        long newest = 0;
        foreach (var stranger in _all)
        {
            if (stranger.View.Cluster == cluster)
                newest = Math.Max(newest, stranger.View.Number);
        }
        return newest;
    }

    public void OnPing(Ping ping)
    {
        if (At(ping.Server.Address) is { } known)
        {
            if (known.Id.Incarnation <= ping.Server.Incarnation)
                _all = _all.Replace(known, new Stranger(ping.Server, ping.View, 0));
        }
        else if (_all.Length < Most)
        {
            _all = _all.Add(new Stranger(ping.Server, ping.View, 0));
        }
    }

    public void OnTick()
    {
        var aged = _all.ToBuilder();
        for (var i = 0; i < aged.Count; i++)
            aged[i] = aged[i] with { PingAge = aged[i].PingAge + 1 };
        aged.RemoveAll(stranger => stranger.PingAge >= deadPings);
        _all = aged.DrainToImmutable();
    }

    public void Clear() => _all = [];

    public void AddTo(ref Fingerprint fingerprint)
    {
        foreach (var stranger in _all)
        {
            stranger.Id.AddTo(ref fingerprint);
            stranger.View.AddTo(ref fingerprint);
            fingerprint.Add(stranger.PingAge);
        }
    }
}

/// <param name="View">What it says that it is in.</param>
internal readonly record struct Stranger(ServerId Id, ViewId View, long PingAge);
