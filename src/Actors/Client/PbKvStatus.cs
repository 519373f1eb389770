namespace PbKv.Client;

/// <summary>How a cluster is: what its view service knows, and what its servers say of themselves.</summary>
public sealed class PbKvStatus
{
    internal PbKvStatus(
        ViewServiceStatus service,
        ImmutableArray<ReplicaStatus> answers,
        ImmutableArray<PbKvViewService> members
    )
    {
        (ViewService, Answers, ViewServices) = (service, answers, members);
        Servers =
        [
            .. service
                .Servers.GroupBy(known => known.Server.Address)
                .Select(lives => lives.MaxBy(known => (known.Server.Incarnation, known.Refused)))
                .Select(known => new PbKvServer(
                    known,
                    service.View,
                    answers.FirstOrDefault(answer => answer.Server == known.Server)
                ))
                .OrderBy(server => server.Address, StringComparer.Ordinal),
        ];
    }

    /// <summary>0 before there is a view.</summary>
    public long View => ViewService.View.Number;

    /// <summary>host:port, or null where there is none.</summary>
    public string? Primary => ViewService.View.Primary?.Address.Value;

    /// <inheritdoc cref="Primary"/>
    public string? Backup => ViewService.View.Backup?.Address.Value;

    /// <summary>The primary knows that it is, and answers.</summary>
    public bool Acknowledged => ViewService.Acknowledged;

    /// <summary>The backup holds everything: the primary may be lost.</summary>
    public bool Synced => ViewService.Synced;

    /// <summary>What keeps the view service from making the next view, for people; null where nothing does.</summary>
    public string? WaitingFor => ViewService.WaitingFor;

    /// <summary>How many messages the view service has handled since it started.</summary>
    public long Messages => ViewService.Messages;

    /// <summary>All that the view service knows of, by address.</summary>
    public ImmutableArray<PbKvServer> Servers { get; }

    /// <summary>Those of the cluster, where there are several; empty where there is one alone.</summary>
    public ImmutableArray<PbKvViewService> ViewServices { get; }

    internal ViewServiceStatus ViewService { get; }

    internal ImmutableArray<ReplicaStatus> Answers { get; }
}

/// <summary>One of several view services.</summary>
/// <param name="Id">What its operator calls it.</param>
/// <param name="Address">host:port.</param>
/// <param name="Term">The newest that it knows: how often one was chosen to act; null where it does not answer.</param>
/// <param name="Lag">How many of their common decisions it lacks; null where it does not answer.</param>
public sealed record PbKvViewService(string Id, string Address, bool Acting, long? Term, long? Lag)
{
    internal static ImmutableArray<PbKvViewService> All(
        NodeAddress acting,
        Dictionary<NodeAddress, ViewServices> told
    ) =>
        !told.TryGetValue(acting, out var all)
            ? []
            :
            [
                .. all.Members.Select(member =>
                {
                    var own = told.GetValueOrDefault(member.Address);
                    var lag = own is null ? (long?)null : Math.Max(0, all.Entries - own.Entries);
                    return new PbKvViewService(
                        member.Id,
                        member.Address.Value,
                        member.Address == acting,
                        own?.Term,
                        lag
                    );
                }),
            ];
}

public enum PbKvRole
{
    Primary = 1,
    Backup = 2,

    /// <summary>Alive, and neither.</summary>
    Idle = 3,
    Dead = 4,

    /// <summary>It asked to leave, and is gone.</summary>
    Left = 5,

    /// <summary>It is in a view that this view service never made: its pings count for nothing.</summary>
    Refused = 6,
}

/// <summary>One of the servers.</summary>
public sealed class PbKvServer
{
    internal PbKvServer(KnownServer known, View view, ReplicaStatus? answer)
    {
        (Life, Address) = (known.Server, known.Server.Address.Value);
        PingAge = TimeSpan.FromMilliseconds(known.PingAgeMs);
        Leaving = known.Leaving;
        Role =
            known.Refused ? PbKvRole.Refused
            : !known.Alive
                ? known.Leaving && !view.Names(known.Server) ? PbKvRole.Left
                    : PbKvRole.Dead
            : view.Primary == known.Server ? PbKvRole.Primary
            : view.Backup == known.Server ? PbKvRole.Backup
            : PbKvRole.Idle;
        State = answer is null ? null : new PbKvServerState(answer);
    }

    /// <summary>host:port.</summary>
    public string Address { get; }

    public PbKvRole Role { get; }

    /// <summary>Since its last ping.</summary>
    public TimeSpan PingAge { get; }

    /// <summary>It asked to be replaced.</summary>
    public bool Leaving { get; }

    /// <summary>What it says of itself; null where it did not answer within a second.</summary>
    public PbKvServerState? State { get; }

    internal ServerId Life { get; }
}

/// <summary>What a server says of itself.</summary>
public sealed class PbKvServerState
{
    private readonly ReplicaStatus _status;

    internal PbKvServerState(ReplicaStatus status) => _status = status;

    /// <summary>The number of the view that it is in.</summary>
    public long View => _status.View.Number;

    public long Keys => _status.Keys;

    /// <summary>Of all keys and values.</summary>
    public long Bytes => _status.Bytes;

    /// <summary>Of data, sessions, results and stream.</summary>
    public long Memory => _status.Memory;

    /// <summary>How much of it there may be.</summary>
    public long MaxMemory => _status.MaxMemory;

    /// <summary>What its position is of: the number of the reset with which that history began, or 0.</summary>
    public long Era => _status.Era;

    /// <summary>The index of the last operation that it executed.</summary>
    public long Position => _status.Position;

    public long Sessions => _status.Sessions;

    /// <summary>Of data and sessions: equal for equal ones.</summary>
    public ulong Digest => _status.Digest;

    /// <summary>How many it has answered since it started.</summary>
    public long Operations => _status.Operations;

    /// <summary>How many of them were retries of what it had done.</summary>
    public long Deduplicated => _status.Deduplicated;

    /// <summary>Of the transfer that it sends or takes, 0 to 1; null where there is none.</summary>
    public double? TransferProgress => _status.Progress >= 0 ? _status.Progress : null;

    /// <summary>
    /// What it is in its own view. Where it is refused, whoever has to choose one to take over from needs to know.
    /// </summary>
    public PbKvRole Role =>
        _status.View.Primary == _status.Server ? PbKvRole.Primary
        : _status.View.Backup == _status.Server ? PbKvRole.Backup
        : PbKvRole.Idle;

    /// <summary>As backup: it holds everything.</summary>
    public bool Synced => _status.Synced;
}

/// <summary>What came of a reset.</summary>
/// <param name="View">The number of the view that it made.</param>
/// <param name="Account">What is lost by it, for people.</param>
public sealed record PbKvReset(long View, string Account);
