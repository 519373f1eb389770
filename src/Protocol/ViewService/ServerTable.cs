using System.Collections.Immutable;

namespace PbKv.Protocol;

/// <summary>
/// Who lives. One entry for an address, the newest life of it, in the order in which they were first heard of: "the
/// first live server" means the same whatever the addresses are. The entries are immutable, so a copy of the table
/// costs nothing.
/// </summary>
internal sealed class ServerTable(ProtocolSettings settings)
{
    /// <summary>
    /// Beyond this many the dead that no view names are forgotten, the oldest first: addresses come and go for ever.
    /// </summary>
    private const int Most = 1000;

    private ImmutableArray<TrackedServer> _servers = [];

    public ImmutableArray<TrackedServer> Servers => _servers;

    public ServerTable Clone() => (ServerTable)MemberwiseClone();

    public TrackedServer? At(NodeAddress address)
    {
        foreach (var server in _servers)
        {
            if (server.Id.Address == address)
                return server;
        }
        return null;
    }

    public TrackedServer? Find(ServerId id) => At(id.Address) is { } server && server.Id == id ? server : null;

    /// <summary>
    /// A life that a higher incarnation of its address has ended is in the table no more, and so not alive.
    /// </summary>
    public bool Alive(ServerId? id) => id is { } known && Find(known) is { Alive: true };

    public bool Leaving(ServerId? id) => id is { } known && Find(known) is { Leaving: true };

    /// <summary>What a server can do that has not pinged yet is not known: the least.</summary>
    public int LevelOf(ServerId id) => Find(id)?.Level ?? 1;

    /// <summary>A server named by the memory: it has as long to ping as if it had just done so.</summary>
    public void Expect(ServerId? id)
    {
        if (id is { } known && At(known.Address) is not { } other)
            _servers = _servers.Add(new TrackedServer(known));
        else if (id is { } newer && At(newer.Address) is { } older && older.Id.Incarnation < newer.Incarnation)
            Replace(older, new TrackedServer(newer));
    }

    /// <summary>Takes a ping of the newest life of its address, which the caller has made sure of.</summary>
    /// <returns>What was known at the address before, if anything.</returns>
    public TrackedServer? OnPing(Ping ping, long newest, View keepNamed, View? keepAcknowledged)
    {
        var before = At(ping.Server.Address);
        if (before is null)
        {
            Forget(keepNamed, keepAcknowledged);
            _servers = _servers.Add(new TrackedServer(ping.Server).OnPing(newest, ping.Leaving, ping.Level));
        }
        else if (before.Id == ping.Server)
        {
            Replace(before, before.OnPing(newest, ping.Leaving, ping.Level));
        }
        else
        {
            // A restarted server is a new server: it goes to the end of the queue, and nothing of the earlier life is
            // kept.
            _servers = _servers
                .Remove(before)
                .Add(new TrackedServer(ping.Server).OnPing(newest, ping.Leaving, ping.Level));
        }
        return before;
    }

    public void OnTick(int deadAfter)
    {
        var aged = _servers.ToBuilder();
        for (var i = 0; i < aged.Count; i++)
            aged[i] = aged[i].OnTick(deadAfter, settings);
        _servers = aged.DrainToImmutable();
    }

    public void Replace(TrackedServer old, TrackedServer changed) => _servers = _servers.Replace(old, changed);

    /// <summary>
    /// A primary reported its backup: it is not taken again before a pause that doubles with every report.
    /// </summary>
    public void OnReportedSilent(ServerId id)
    {
        if (Find(id) is { } server)
            Replace(server, server.OnReportedSilent(settings));
    }

    /// <summary>
    /// The first live server that may be backup of this primary: those never reported silent before those that were.
    /// </summary>
    /// <param name="not">The backup that is to be replaced.</param>
    public ServerId? Idle(ServerId primary, ServerId? not = null)
    {
        TrackedServer? best = null;
        foreach (var server in _servers)
        {
            if (!server.Alive || server.Leaving || server.Pause > 0)
                continue;
            if (server.Id.Address == primary.Address || server.Id == not)
                continue;
            if (best is null || server.LastPause < best.LastPause)
                best = server;
        }
        return best?.Id;
    }

    public ServerId? FirstAlive(bool leaving = false)
    {
        foreach (var server in _servers)
        {
            if (server.Alive && server.Leaving == leaving)
                return server.Id;
        }
        return null;
    }

    public void AddTo(ref Fingerprint fingerprint, long now)
    {
        foreach (var server in _servers)
            server.AddTo(ref fingerprint, now);
    }

    private void Forget(View named, View? acknowledged)
    {
        if (_servers.Length < Most)
            return;
        foreach (var server in _servers)
        {
            if (server.Alive || named.Names(server.Id) || acknowledged?.Names(server.Id) == true)
                continue;
            _servers = _servers.Remove(server);
            return;
        }
    }
}
