namespace PbKv.Client;

/// <summary>
/// What is asked of the cluster beside operations: whom to ask, and what is an answer. An <see cref="Inquirer{T}"/>
/// asks it, or a <see cref="PlainClient"/>.
/// </summary>
internal abstract class Inquiry<T>(Message question)
{
    public static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(200);

    public Message Question => question;

    public abstract bool IsOver { get; }

    /// <summary>Who is to be asked now; whoever sends looks again after <see cref="AskAgain"/>.</summary>
    public abstract IEnumerable<NodeAddress> Next();

    /// <returns>For how long at most others are waited for, where it told of them.</returns>
    public abstract TimeSpan? Hear(Message message);

    /// <param name="within">How long it was asked.</param>
    /// <exception cref="PbKvException">Refused, or not answered.</exception>
    public abstract T Result(TimeSpan within);
}

/// <summary>The view service tells how it is, then every server that it knows to be alive.</summary>
internal sealed class StatusInquiry(ImmutableArray<string> viewServices) : Inquiry<PbKvStatus>(new StatusRequest(1))
{
    private static readonly TimeSpan ServersWithin = TimeSpan.FromSeconds(1);

    private readonly Dictionary<ServerId, ReplicaStatus?> _servers = [];
    private ViewServiceStatus? _viewService;

    public override bool IsOver => _viewService is not null && !_servers.ContainsValue(null);

    public override IEnumerable<NodeAddress> Next() =>
        _viewService is null
            ? viewServices.Select(address => new NodeAddress(address))
            : _servers.Where(server => server.Value is null).Select(server => server.Key.Address);

    public override TimeSpan? Hear(Message message)
    {
        if (message is ReplicaStatus server && _servers.ContainsKey(server.Server))
            _servers[server.Server] = server;
        if (message is not ViewServiceStatus status || _viewService is not null)
            return null;
        _viewService = status;
        foreach (var known in status.Servers.Where(known => known.Alive))
            _servers[known.Server] = null;
        return ServersWithin;
    }

    public override PbKvStatus Result(TimeSpan within) =>
        _viewService is null
            ? throw new PbKvException(
                PbKvError.Unreachable,
                PbKvOutcome.NotExecuted,
                $"no view service answers at {string.Join(", ", viewServices)} within {SettingText.OfDuration(within)}"
            )
            : new PbKvStatus(_viewService, [.. _servers.Values.OfType<ReplicaStatus>()]);
}

/// <summary>The view service is asked for a reset once: a repeated one would be another, and each costs data.</summary>
internal sealed class ResetInquiry(string viewService, string primary)
    : Inquiry<PbKvReset>(new ResetRequest(new NodeAddress(HostPort.OneAddress(primary))))
{
    private bool _asked;
    private ResetAnswer? _answer;

    public override bool IsOver => _answer is not null;

    public override IEnumerable<NodeAddress> Next()
    {
        if (_asked)
            yield break;
        _asked = true;
        yield return new NodeAddress(viewService);
    }

    public override TimeSpan? Hear(Message message)
    {
        _answer ??= message as ResetAnswer;
        return null;
    }

    public override PbKvReset Result(TimeSpan within)
    {
        if (_answer is null)
            throw new PbKvException(
                PbKvError.DeadlinePassed,
                PbKvOutcome.Unknown,
                $"the view service at {viewService} does not answer; look at the status before you ask again"
            );
        return _answer.Refusal is { } refusal
            ? throw Failures.Refused(refusal)
            : new PbKvReset(_answer.View.Number, _answer.Account);
    }
}
