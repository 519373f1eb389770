using System.Collections.Immutable;

namespace PbKv.Protocol;

/// <summary>
/// Decides who is primary and who is backup. It hears pings, counts its own ticks, and knows nothing of the data. What
/// it must not forget is one value, <see cref="ViewServiceMemory"/>, handed out to be kept before anybody is told of
/// it.
/// </summary>
public partial class ViewServiceNode : Node
{
    private readonly ProtocolSettings _settings;
    private ServerTable _servers;
    private Audience _audience;
    private RefusalLog<(ServerId Server, PingRefusal Reason)> _refusals;
    private Strangers _strangers;

    private ViewServiceMemory _known;
    private readonly bool _remembered;
    private long _ticks;
    private long _calmTicks;
    private string? _lost;
    private string? _waitingFor;

    /// <param name="fresh">The id of the cluster that it starts where it has no memory; drawn at random by its
    /// host.</param>
    /// <param name="memory">What an earlier life handed out last, or null.</param>
    public ViewServiceNode(NodeAddress self, ProtocolSettings settings, ClusterId fresh, ViewServiceMemory? memory)
    {
        Self = self;
        _settings = settings;
        _known = memory ?? new ViewServiceMemory(fresh, View.None, false, false, null, false);
        _remembered = memory is not null;
        _servers = new ServerTable(settings);
        _audience = new Audience();
        _refusals = new();
        _strangers = new Strangers(settings.DeadPings);
        _servers.Expect(_known.View.Primary);
        _servers.Expect(_known.View.Backup);
        _servers.Expect(_known.LastAcknowledged?.Primary);
        _servers.Expect(_known.LastAcknowledged?.Backup);
    }

    public NodeAddress Self { get; }

    /// <summary>What it has handed out to be kept, or would.</summary>
    public ViewServiceMemory Known => _known;

    public ClusterId Cluster => _known.Cluster;

    public View View => _known.View;

    public bool Acknowledged => _known.Acknowledged;

    public bool Synced => _known.Synced;

    public View? LastAcknowledged => _known.LastAcknowledged;

    public bool LastAcknowledgedSynced => _known.LastAcknowledgedSynced;

    /// <summary>What must happen before there is a next view, for people; null when all is as it should be.</summary>
    public string? WaitingFor => _waitingFor;

    /// <summary>Since it started.</summary>
    public long MessagesHandled { get; private set; }

    public ImmutableArray<KnownServer> Servers =>
        [
            .. _servers
                .Servers.Select(s => new KnownServer(s.Id, s.Alive, s.Leaving, Ms(s.PingAge), Refused: false))
                .Concat(_strangers.All.Select(s => new KnownServer(s.Id, true, false, Ms(s.PingAge), Refused: true)))
                .OrderBy(s => s.Server.Address.Value, StringComparer.Ordinal),
        ];

    /// <summary>The number of the answers of this tick, from 1: in a ping, 0 says that none was heard.</summary>
    internal long Now => _ticks + 1;

    public override void Start(Effects effects)
    {
        // A cluster that is not remembered would be a second cluster after the next start.
        if (!_remembered)
        {
            effects.Memory = _known;
            effects.Notice(
                NoticeKind.NewCluster,
                $"nothing is remembered here: a new cluster {Cluster} begins. If there is one already, stop this and "
                    + "start it with the --data directory that it had"
            );
        }
        effects.Set(new ViewServiceTick(), _settings.PingIntervalMs, _settings.PingIntervalMs);
        TakeStep(effects);
    }

    public override void Handle(NodeAddress from, Message message, Effects effects)
    {
        MessagesHandled++;
        switch (message)
        {
            case Ping ping:
                OnPing(from, ping, effects);
                break;
            case ViewRequest:
                OnViewRequest(from, effects);
                break;
            case StatusRequest request:
                effects.Send(
                    from,
                    new ViewServiceStatus(
                        request.Number,
                        View,
                        Acknowledged,
                        Synced,
                        MessagesHandled,
                        WaitingFor,
                        Servers
                    )
                );
                break;
            case ResetRequest request:
                OnReset(from, request, effects);
                break;
            case Unsupported unsupported:
                unsupported.Tell(from, effects);
                break;
            default:
                effects.Notice(
                    NoticeKind.Refused,
                    $"{message.GetType().Name} from {from} is not for a view service: ignored"
                );
                break;
        }
    }

    public override void OnTimer(NodeTimer timer, Effects effects)
    {
        switch (timer)
        {
            case ViewServiceTick:
                OnTick(timer.Late, effects);
                break;
            // Its ping may lie unread: what slept was the view service.
            case ConnectionLostTimer { Late: true } lost:
                SetConnectionLost(lost.Server, effects);
                break;
            case ConnectionLostTimer lost:
                OnConnectionStillLost(lost.Server, effects);
                break;
            default:
                effects.Notice(NoticeKind.Refused, $"{timer.GetType().Name} is not a timer of a view service: ignored");
                break;
        }
    }

    public override void OnConnectionLost(NodeAddress peer, Effects effects)
    {
        if (_servers.At(peer) is not { } server || !server.Alive || server.HintPending)
            return;
        _servers.Replace(server, server with { HintPending = true });
        SetConnectionLost(server.Id, effects);
        effects.Notice(
            NoticeKind.ConnectionLost,
            $"the connection to {server.Id} broke: it has {ConnectionLostMs} ms to ping"
        );
    }

    /// <summary>
    /// A connection with clients ended: they have gone, or will ask when they miss an answer. Nobody can reach them but
    /// on a connection of theirs, and those that come and go for ever must not take the places of those that stay.
    /// </summary>
    /// <param name="system">What the names of their clerks begin with.</param>
    public void OnClientsGone(string system) => _audience.Forget(system);

    public override Node Clone()
    {
        var clone = (ViewServiceNode)MemberwiseClone();
        clone._servers = _servers.Clone();
        clone._audience = _audience.Clone();
        clone._refusals = _refusals.Clone();
        clone._strangers = _strangers.Clone();
        return clone;
    }

    /// <summary>
    /// Without the count of messages and the texts, which change nothing, and without the count of ticks beyond the
    /// time of listening: ages tell the rest.
    /// </summary>
    public override void AddTo(ref Fingerprint fingerprint)
    {
        fingerprint.Add(_known.Cluster.Value);
        _known.View.AddTo(ref fingerprint);
        fingerprint.Add(_known.Acknowledged);
        fingerprint.Add(_known.Synced);
        (_known.LastAcknowledged ?? View.None).AddTo(ref fingerprint);
        fingerprint.Add(_known.LastAcknowledgedSynced);
        fingerprint.Add(Math.Min(_ticks, _settings.DeadPings));
        fingerprint.Add(_lost);
        fingerprint.Add(Slept);
        fingerprint.Add(FalseSuspicions);
        fingerprint.Add(_calmTicks);
        _servers.AddTo(ref fingerprint, Now);
        _strangers.AddTo(ref fingerprint);
        _audience.AddTo(ref fingerprint);
    }

    private long Ms(long ticks) => ticks * _settings.PingIntervalMs;

    private void OnTick(bool late, Effects effects)
    {
        effects.Set(new ViewServiceTick(), _settings.PingIntervalMs, _settings.PingIntervalMs);
        // The pings of the time that it slept through lie unread. But not twice in a row: where the machine always
        // comes late, somebody who is dead has to be found all the same.
        Slept = late && !Slept;
        if (Slept)
            return;
        _ticks++;
        Calm();
        var before = _servers.Servers;
        _servers.OnTick(DeadAfter);
        _strangers.OnTick();
        // Everybody first, then one decision: otherwise, when primary and backup die together, the order of the table
        // decides.
        foreach (var server in before)
        {
            if (server.Alive && _servers.At(server.Id.Address) is { Alive: false } after)
            {
                var reason = after.Overdue
                    ? $"no ping for {after.PingAge} ticks"
                    : $"its pings show that it heard no answer for {after.DeafTicks} ticks";
                SayGone(after, reason, effects);
            }
        }
        TakeStep(effects);
    }

    private void OnConnectionStillLost(ServerId id, Effects effects)
    {
        if (_servers.At(id.Address) is not { HintPending: true } server || server.Id != id)
            return;
        // Just after a start a broken connection says nothing: everybody's connections to the earlier life broke.
        var counts = _ticks >= _settings.DeadPings;
        _servers.Replace(server, server with { HintPending = false, Overdue = server.Overdue || counts });
        if (!counts || !server.Alive)
            return;
        SayGone(server, $"its connection broke and it did not ping within {ConnectionLostMs} ms", effects);
        TakeStep(effects);
    }

    /// <summary>Who asked to leave, and is needed no more, has done what he said.</summary>
    private void SayGone(TrackedServer server, string reason, Effects effects)
    {
        if (server.Leaving && !View.Names(server.Id))
            effects.Notice(NoticeKind.Left, $"{server.Id} has left");
        else
            effects.Notice(NoticeKind.ServerDead, $"{server.Id} is dead: {reason}");
    }

    private void OnViewRequest(NodeAddress from, Effects effects)
    {
        effects.Send(from, new ViewNews(View, Acknowledged));
        if (_servers.At(from) is null)
            _audience.Add(from);
    }
}
