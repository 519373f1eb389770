using System.Collections.Immutable;

namespace PbKv.Protocol;

public enum ReplicaRole : byte
{
    Idle = 1,
    Primary = 2,
    Backup = 3,
}

/// <summary>
/// A server that may hold data. It pings the view service, enters the views that it learns of, and in each is primary,
/// backup or idle; an idle one keeps what it held, since the view service may fall back to it.
/// </summary>
/// <remarks>
/// <code> idle    --view names it backup-->            backup  --every chunk in place, caught up--> confirmed
/// --marker--> synced backup  --view names it primary-->           primary --view service: acknowledged-->
/// confirmed: answers clients primary --view names another-->              idle (held answers dropped) primary --its
/// backup confirms the transfer--> answers only what the backup acknowledged, for good in this view
/// </code>
/// </remarks>
public partial class ReplicaNode(
    ServerId self,
    ImmutableArray<NodeAddress> viewServices,
    GroupName group,
    ProtocolSettings settings
) : Node
{
    private readonly ProtocolSettings _settings = settings;
    private ReplicatedState _state = new(settings.Features);
    private IdleSessions _idle = new(settings);
    private ViewContact _views = new(viewServices);
    private PrimaryRole? _primary;
    private BackupRole? _backup;
    private const int MostSuperseded = 3;

    private int _superseded;
    private long _askedForView;
    private long _newestAnswer;
    private long _executed;
    private long _deduplicated;
    private bool _leaving;
    private PingRefusal? _lastRefusal;

    public ServerId Id { get; private set; } = self;

    public View View { get; private set; } = View.None;

    /// <summary>The view service that acts, or, where that is silent, all that may.</summary>
    internal ImmutableArray<NodeAddress> PingsGoTo => _views.ToAsk;

    public ReplicaRole Role =>
        _primary is not null ? ReplicaRole.Primary
        : _backup is not null ? ReplicaRole.Backup
        : ReplicaRole.Idle;

    /// <summary>Primary: the view is acknowledged, clients are answered.</summary>
    public bool Confirmed => _primary is { Confirmed: true };

    /// <summary>Primary: answers without asking a backup.</summary>
    public bool Alone => _primary is { Alone: true };

    /// <summary>Backup: the transfer of this view is installed.</summary>
    public bool Installed => _backup is { Installed: true };

    public bool Synced => _backup is { Synced: true };

    public bool Leaving => _leaving;

    /// <summary>Its last tick came late and did not count.</summary>
    internal bool Slept { get; private set; }

    /// <summary>The position of the last operation executed here.</summary>
    public long Position => _state.Position;

    /// <summary>Primary: up to where the backup acknowledged (or everything, where there is none).</summary>
    public long AcknowledgedPosition => _primary?.AcknowledgedPosition ?? _state.Position;

    internal int Level => _settings.Features.Level;

    internal long Era => _state.Era;

    internal ulong Digest => _state.Digest;

    internal KvStore Store => _state.Store;

    internal SessionTable Sessions => _state.Sessions;

    public override void Start(Effects effects)
    {
        Ping(effects);
        effects.Set(new ReplicaTick(), _settings.PingIntervalMs, _settings.PingIntervalMs);
    }

    /// <summary>
    /// Asks to be replaced; <see cref="Effects.MayStop"/> tells when nothing depends on this server any more.
    /// </summary>
    public void Leave(Effects effects)
    {
        _leaving = true;
        Ping(effects);
    }

    public override void Handle(NodeAddress from, Message message, Effects effects)
    {
        switch (message)
        {
            case Request request:
                OnRequest(from, request, effects);
                break;
            case ForwardAck ack when IsFromBackup(from, ack.View, effects):
                _primary!.OnAck(ack, effects);
                break;
            case Forward forward:
                OnForward(from, forward, effects);
                break;
            case OpenSession open:
                OnOpenSession(from, open, effects);
                break;
            case PingAnswer answer when _views.Includes(from):
                OnPingAnswer(from, answer, effects);
                break;
            case ViewNews news when _views.Includes(from):
                Learn(news.View, news.Acknowledged, effects);
                break;
            case PingRefused refused when _views.Includes(from):
                OnPingRefused(refused, effects);
                break;
            case ViewServices { IsWellFormed: true } told when _views.Includes(from):
                if (_views.Hear(told))
                {
                    _newestAnswer = 0;
                    Ping(effects);
                }
                break;
            case WrongView wrong when from == View.Primary?.Address || from == View.Backup?.Address:
                Learn(wrong.Known, acknowledged: false, effects);
                break;
            // Whoever has this address in mind from an earlier life, or is mistaken, decides nothing here.
            case PingAnswer or ViewNews or PingRefused or ViewServices or WrongView:
                effects.Notice(NoticeKind.Refused, $"{message.GetType().Name} from {from} is not believed");
                break;
            case Chunk chunk:
                OnChunk(from, chunk, effects);
                break;
            case ChunkAck ack when IsFromBackup(from, ack.View, effects):
                _primary!.OnChunkAck(ack, effects);
                break;
            case Installed { MaxMemory: > 0 } installed when IsFromBackup(from, installed.View, effects):
                _primary!.OnInstalled(installed, effects);
                break;
            case ForwardWanted wanted when IsFromBackup(from, wanted.View, effects):
                _primary!.OnWanted(wanted, effects);
                break;
            case StatusRequest request:
                effects.Send(from, Status(request.Number));
                break;
            case Unsupported unsupported:
                unsupported.Tell(from, effects);
                break;
            default:
                break; // Not for a server, or of a view in which it is not asked: nothing changes.
        }
    }

    public override void OnTimer(NodeTimer timer, Effects effects)
    {
        switch (timer)
        {
            case ReplicaTick:
                _askedForView = 0;
                _views.OnTick();
                // What the backup said while this one slept lies unread. Not twice in a row: on a machine that always
                // comes late, a backup that is silent has to be found all the same.
                Slept = timer.Late && !Slept;
                if (!Slept)
                    _primary?.Tick(effects);
                _backup?.Tick(PrimaryAddress, effects);
                Ping(effects);
                effects.Set(new ReplicaTick(), _settings.PingIntervalMs, _settings.PingIntervalMs);
                break;
            case CatchUpTimer when _backup is not null:
                _backup.CatchUp(PrimaryAddress, effects);
                Compare(effects);
                break;
            case PingAgainTimer:
                Ping(effects);
                break;
            default:
                break; // Set in an earlier role.
        }
    }

    public override void OnConnectionLost(NodeAddress peer, Effects effects)
    {
        if (peer != _views.Acting)
            return;
        _views.OnLost();
        // It may be told that this server is gone: show that it is not, now and once more when the connection can be
        // made again.
        Ping(effects);
        effects.Set(new PingAgainTimer(), _settings.ConnectionLostMs / 3, _settings.ConnectionLostMs / 2);
    }

    public override ReplicaNode Clone()
    {
        var clone = (ReplicaNode)MemberwiseClone();
        clone._state = _state.Clone();
        clone._views = _views.Clone();
        clone._idle = _idle.Clone();
        clone._primary = _primary?.Clone(clone._state, clone._idle);
        clone._backup = _backup?.Clone(clone._state);
        return clone;
    }

    public override void AddTo(ref Fingerprint fingerprint)
    {
        Id.AddTo(ref fingerprint);
        View.AddTo(ref fingerprint);
        _state.AddTo(ref fingerprint);
        _idle.AddTo(ref fingerprint);
        _primary?.AddTo(ref fingerprint);
        _backup?.AddTo(ref fingerprint);
        _views.AddTo(ref fingerprint);
        fingerprint.Add(_askedForView);
        fingerprint.Add(_newestAnswer);
        fingerprint.Add(_leaving);
        fingerprint.Add(Slept);
        fingerprint.Add(_superseded);
    }

    private NodeAddress PrimaryAddress => View.Primary!.Value.Address;

    private void Ping(Effects effects)
    {
        var silent = _primary is { BackupSilent: true };
        foreach (var to in PingsGoTo)
        {
            var heard = to == _views.Acting ? _newestAnswer : 0;
            effects.Send(to, new Ping(Id, View.Id, Synced, silent, _leaving, heard, Level));
        }
    }

    private ReplicaStatus Status(long number) =>
        new(
            number,
            Id,
            group,
            View,
            Confirmed,
            Synced,
            _primary?.Progress ?? _backup?.Progress ?? -1,
            Position,
            AcknowledgedPosition,
            Store.Count,
            Store.ByteCount,
            Sessions.Count,
            _state.Digest,
            _executed + (_primary?.Executed ?? 0),
            _deduplicated + (_primary?.Deduplicated ?? 0),
            _state.Memory + (_primary?.StreamMemory ?? 0),
            _primary?.MaxMemory ?? _settings.MaxMemoryBytes,
            _views.Acting.Value,
            _state.Era
        );
}
