using System.Collections.Immutable;

namespace PbKv.Protocol;

/// <summary>Anybody → view service or server: how are you?</summary>
public sealed record StatusRequest(long Number) : Message
{
    public override void AddTo(ref Fingerprint fingerprint)
    {
        fingerprint.Add(31);
        fingerprint.Add(Number);
    }
}

/// <summary>View service → asker: the view, its two facts, the servers known, and what is being waited for.</summary>
/// <param name="Messages">How many messages the view service has handled since it started.</param>
public sealed record ViewServiceStatus(
    long Number,
    View View,
    bool Acknowledged,
    bool Synced,
    long Messages,
    string? WaitingFor,
    ImmutableArray<KnownServer> Servers
) : Message
{
    public override void AddTo(ref Fingerprint fingerprint)
    {
        fingerprint.Add(32);
        fingerprint.Add(Number);
        View.AddTo(ref fingerprint);
        fingerprint.Add(Acknowledged);
        fingerprint.Add(Synced);
        fingerprint.Add(Messages);
        fingerprint.Add(WaitingFor);
        fingerprint.Add(Servers.Length);
        foreach (var server in Servers)
        {
            server.Server.AddTo(ref fingerprint);
            fingerprint.Add(server.Alive);
            fingerprint.Add(server.Leaving);
            fingerprint.Add(server.PingAgeMs);
            fingerprint.Add(server.Refused);
        }
    }
}

/// <param name="PingAgeMs">Ticks since its last ping, times the ping interval.</param>
/// <param name="Refused">It is in a view that this view service never made: its pings count for nothing.</param>
public readonly record struct KnownServer(ServerId Server, bool Alive, bool Leaving, long PingAgeMs, bool Refused);

/// <summary>Server → asker: where it is and what it holds.</summary>
/// <param name="Progress">Of the transfer that it sends or takes, 0 to 1; -1 when there is none.</param>
public sealed record ReplicaStatus(
    long Number,
    ServerId Server,
    GroupName Group,
    View View,
    bool Confirmed,
    bool Synced,
    double Progress,
    long Position,
    long AcknowledgedPosition,
    long Keys,
    long Bytes,
    long Sessions,
    ulong Digest,
    long Operations,
    long Deduplicated
) : Message
{
    public override void AddTo(ref Fingerprint fingerprint)
    {
        fingerprint.Add(33);
        fingerprint.Add(Number);
        Server.AddTo(ref fingerprint);
        fingerprint.Add(Group.Value);
        View.AddTo(ref fingerprint);
        fingerprint.Add(Confirmed);
        fingerprint.Add(Synced);
        fingerprint.Add(BitConverter.DoubleToInt64Bits(Progress));
        fingerprint.Add(Position);
        fingerprint.Add(AcknowledgedPosition);
        fingerprint.Add(Keys);
        fingerprint.Add(Bytes);
        fingerprint.Add(Sessions);
        fingerprint.Add(Digest);
        fingerprint.Add(Operations);
        fingerprint.Add(Deduplicated);
    }
}
