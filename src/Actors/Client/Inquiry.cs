namespace PbKv.Client;

/// <summary>
/// What is asked of the cluster beside operations: whom to ask, and what is an answer. An <see cref="Inquirer{T}"/>
/// asks it, or a <see cref="PlainClient"/>.
/// </summary>
internal abstract class Inquiry<T>(IEnumerable<string> viewServices)
{
    public static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(200);

    /// <summary>An election takes less.</summary>
    private static readonly TimeSpan ActsWithin = TimeSpan.FromSeconds(3);

    private readonly List<NodeAddress> _viewServices = [.. viewServices.Select(address => new NodeAddress(address))];

    public abstract Message Question { get; }

    public abstract bool IsOver { get; }

    /// <summary>All that were given, and all that these tell of.</summary>
    protected IReadOnlyList<NodeAddress> ViewServices => _viewServices;

    /// <summary>What each of several view services says of them.</summary>
    protected Dictionary<NodeAddress, ViewServices> Told { get; } = [];

    /// <summary>Who is to be asked now; whoever sends looks again after <see cref="AskAgain"/>.</summary>
    public abstract IEnumerable<NodeAddress> Next();

    /// <returns>For how long at most it goes on from here, where that is so.</returns>
    public TimeSpan? Hear(NodeAddress from, Message message)
    {
        if (message is not ViewServices { IsWellFormed: true } told)
            return HearAnswer(from, message);
        Told[from] = told;
        _viewServices.AddRange(told.Members.Select(member => member.Address).Except(_viewServices));
        return told.Acting is null ? ActsWithin : null;
    }

    /// <param name="within">How long it was asked.</param>
    /// <exception cref="PbKvException">Refused, or not answered.</exception>
    public abstract T Result(TimeSpan within);

    /// <inheritdoc cref="Hear"/>
    protected abstract TimeSpan? HearAnswer(NodeAddress from, Message message);

    /// <summary>Nobody answered who can.</summary>
    protected PbKvException NotFound(TimeSpan within) =>
        Told.Count == 0
            ? new PbKvException(
                PbKvError.Unreachable,
                PbKvOutcome.NotExecuted,
                $"no view service answers at {string.Join(", ", _viewServices)} within {SettingText.OfDuration(within)}"
            )
            : new PbKvException(
                PbKvError.NotActing,
                PbKvOutcome.NotExecuted,
                $"none of the view services {string.Join(", ", _viewServices)} acts: only "
                    + $"{string.Join(", ", Told.Keys)} answers, and most of them must. Until then the servers go on as "
                    + "they are, and nobody takes the place of one that fails"
            );
}

/// <summary>The view service that acts tells how it is, then every server that it knows to be alive.</summary>
internal sealed class StatusInquiry(IEnumerable<string> viewServices) : Inquiry<PbKvStatus>(viewServices)
{
    private static readonly TimeSpan OthersWithin = TimeSpan.FromSeconds(1);

    private readonly Dictionary<ServerId, ReplicaStatus?> _servers = [];
    private ViewServiceStatus? _status;
    private NodeAddress _acting;

    public override Message Question { get; } = new StatusRequest(1);

    public override bool IsOver => _status is not null && !Silent.Any();

    public override IEnumerable<NodeAddress> Next() => _status is null ? ViewServices : Silent;

    public override PbKvStatus Result(TimeSpan within) =>
        _status is null
            ? throw NotFound(within)
            : new PbKvStatus(_status, [.. _servers.Values.OfType<ReplicaStatus>()], PbKvViewService.All(_acting, Told));

    /// <summary>Of a single view service there is nothing more to be told.</summary>
    private IEnumerable<NodeAddress> Silent =>
        _servers
            .Where(server => server.Value is null)
            .Select(server => server.Key.Address)
            .Concat(
                Told.TryGetValue(_acting, out var told)
                    ? told.Members.Select(member => member.Address).Except(Told.Keys)
                    : []
            );

    protected override TimeSpan? HearAnswer(NodeAddress from, Message message)
    {
        if (message is ReplicaStatus server && _servers.ContainsKey(server.Server))
            _servers[server.Server] = server;
        if (message is not ViewServiceStatus status || _status is not null)
            return null;
        (_status, _acting) = (status, from);
        foreach (var known in status.Servers.Where(known => known.Alive))
            _servers[known.Server] = null;
        return OthersWithin;
    }
}

/// <summary>
/// The view service that acts is found, and asked once: a repeated request may be another one, and a reset costs data.
/// </summary>
internal abstract class RequestInquiry<T, TAnswer>(IEnumerable<string> viewServices, Message request)
    : Inquiry<T>(viewServices)
    where TAnswer : Message
{
    private readonly StatusRequest _find = new(1);
    private NodeAddress? _acting;
    private bool _asked;

    public override Message Question => _acting is null ? _find : request;

    public override bool IsOver => Answer is not null;

    protected TAnswer? Answer { get; private set; }

    public override IEnumerable<NodeAddress> Next()
    {
        if (_acting is not { } acting)
            return ViewServices;
        var nobody = _asked;
        _asked = true;
        return nobody ? [] : [acting];
    }

    public override T Result(TimeSpan within) =>
        Answer is { } answer ? Of(answer)
        : _acting is not { } acting ? throw NotFound(within)
        : throw new PbKvException(
            PbKvError.DeadlinePassed,
            PbKvOutcome.Unknown,
            $"the view service at {acting} does not answer; look at the status before you ask again"
        );

    protected abstract T Of(TAnswer answer);

    protected override TimeSpan? HearAnswer(NodeAddress from, Message message)
    {
        Answer ??= message as TAnswer;
        if (message is not ViewServiceStatus || _acting is not null)
            return null;
        _acting = from;
        return Timeout.InfiniteTimeSpan;
    }
}

internal sealed class ResetInquiry(IEnumerable<string> viewServices, string primary)
    : RequestInquiry<PbKvReset, ResetAnswer>(
        viewServices,
        new ResetRequest(new NodeAddress(HostPort.OneAddress(primary)))
    )
{
    protected override PbKvReset Of(ResetAnswer answer) =>
        answer.Refusal is { } refusal
            ? throw Failures.Refused(refusal)
            : new PbKvReset(answer.View.Number, answer.Account);
}

internal sealed class MemberInquiry(IEnumerable<string> viewServices, MemberRequest request)
    : RequestInquiry<string, MemberAnswer>(viewServices, request)
{
    protected override string Of(MemberAnswer answer) =>
        answer.Done ? answer.Text : throw Failures.Refused(answer.Text);
}
