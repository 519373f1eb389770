using PbKv.Actors.Wire;

namespace PbKv.Client;

/// <summary>
/// Asks the view service how it is, then every server that it knows to be alive; one question, then it is gone.
/// </summary>
internal sealed class StatusInquiry : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ServersWithin = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource<PbKvStatus> _result;
    private readonly Dictionary<ServerId, ReplicaStatus?> _servers = [];
    private readonly ImmutableArray<NodeAddress> _viewServices;
    private readonly NodeAddress _self;
    private readonly NodeClock _clock = new(null);
    private readonly Outbox _outbox;
    private readonly TimeSpan _within;
    private readonly string _cluster;
    private ViewServiceStatus? _viewService;

    public StatusInquiry(PbKvSettings settings, TimeSpan within, TaskCompletionSource<PbKvStatus> result)
    {
        var system = (ExtendedActorSystem)Context.System;
        (_result, _within, _cluster) = (result, within, settings.Cluster);
        _viewServices = [.. settings.ViewServices.Select(address => new NodeAddress(address))];
        _self = NodePath.OfSelf(system, Self);
        _outbox = new Outbox(system, _viewServices);
        Receive<Envelope>(Deliver);
        Receive<Again>(_ => Ask());
        Receive<TimeIsUp>(_ => Finish());
        Receive<DamagedEnvelope>(_ => { }); // Logged where it was read.
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(new Again(), new Again(), AskAgain);
        if (_within != Timeout.InfiniteTimeSpan)
            Timers.StartSingleTimer(new TimeIsUp(), new TimeIsUp(), _within);
        Ask();
    }

    protected override void PostStop() => _result.TrySetException(Failures.Closed(wasSubmitted: true));

    private void Ask()
    {
        if (_viewService is null)
        {
            foreach (var viewService in _viewServices)
                Send(viewService);
        }
        foreach (var (server, status) in _servers)
        {
            if (status is null)
                Send(server.Address);
        }
    }

    private void Send(NodeAddress to) =>
        _outbox.Send(new Envelope(_self, to, _clock.OnSend(), [new StatusRequest(1)]) { Cluster = _cluster });

    private void Deliver(Envelope envelope)
    {
        if (envelope.Cluster != _cluster)
        {
            Fail(
                new PbKvException(PbKvError.Refused, PbKvOutcome.NotExecuted, ClusterNames.Refusal(envelope, _cluster))
            );
            return;
        }
        _clock.OnReceive(envelope.Stamp);
        foreach (var message in envelope.Messages)
        {
            if (message is ViewServiceStatus viewService && _viewService is null)
                TakeViewService(viewService);
            if (message is ReplicaStatus server && _servers.ContainsKey(server.Server))
                _servers[server.Server] = server;
        }
        if (_viewService is not null && !_servers.ContainsValue(null))
            Finish();
    }

    private void TakeViewService(ViewServiceStatus status)
    {
        _viewService = status;
        foreach (var server in status.Servers.Where(server => server.Alive))
            _servers[server.Server] = null;
        if (_within == Timeout.InfiniteTimeSpan || _within > ServersWithin)
            Timers.StartSingleTimer(new TimeIsUp(), new TimeIsUp(), ServersWithin);
        Ask();
    }

    private void Finish()
    {
        if (_viewService is null)
        {
            Fail(NoAnswer(_viewServices, _within));
            return;
        }
        _result.TrySetResult(new PbKvStatus(_viewService, [.. _servers.Values.OfType<ReplicaStatus>()]));
        Context.Stop(Self);
    }

    internal static PbKvException NoAnswer(ImmutableArray<NodeAddress> viewServices, TimeSpan within) =>
        new(
            PbKvError.Unreachable,
            PbKvOutcome.NotExecuted,
            $"no view service answers at {string.Join(", ", viewServices)} within {SettingText.OfDuration(within)}"
        );

    private void Fail(PbKvException failure)
    {
        _result.TrySetException(failure);
        Context.Stop(Self);
    }

    private sealed record Again;

    private sealed record TimeIsUp;
}
