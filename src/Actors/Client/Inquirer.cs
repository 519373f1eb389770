using PbKv.Actors.Wire;

namespace PbKv.Client;

/// <summary>Makes one inquiry; then it is gone.</summary>
internal sealed class Inquirer<T> : ReceiveActor, IWithTimers
{
    private readonly Inquiry<T> _inquiry;
    private readonly TimeSpan _within;
    private readonly TaskCompletionSource<T> _result;
    private readonly string _cluster;
    private readonly NodeAddress _self;
    private readonly NodeClock _clock = new(null);
    private readonly ViewServicePaths _viewServices;
    private readonly Outbox _outbox;

    public Inquirer(PbKvSettings settings, Inquiry<T> inquiry, TimeSpan within, TaskCompletionSource<T> result)
    {
        var system = (ExtendedActorSystem)Context.System;
        (_inquiry, _within, _result, _cluster) = (inquiry, within, result, settings.Cluster);
        _self = NodePath.OfSelf(system, Self);
        _viewServices = new ViewServicePaths(settings.ViewServiceNodes);
        _outbox = new Outbox(system, _viewServices);
        Receive<Envelope>(Deliver);
        Receive<Again>(_ => Ask());
        Receive<TimeIsUp>(_ => Finish(() => _inquiry.Result(_within)));
        Receive<DamagedEnvelope>(_ => { }); // Logged where it was read.
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(new Again(), new Again(), Inquiry<T>.AskAgain);
        EndAfter(_within);
        Ask();
    }

    protected override void PostStop() => _result.TrySetException(Failures.Closed(wasSubmitted: true));

    private void Ask()
    {
        foreach (var node in _inquiry.Next())
            _outbox.Send(new Envelope(_self, node, _clock.OnSend(), [_inquiry.Question]) { Cluster = _cluster });
    }

    private void Deliver(Envelope envelope)
    {
        if (envelope.Cluster != _cluster)
        {
            Finish(() => throw Failures.Refused(ClusterNames.Refusal(envelope, _cluster)));
            return;
        }
        _clock.OnReceive(envelope.Stamp);
        foreach (var message in envelope.Messages)
        {
            _viewServices.Learn(envelope.From, message);
            if (_inquiry.Hear(envelope.From, message) is not { } others)
                continue;
            EndAfter(others);
            if (message is ViewServiceStatus)
                Ask();
        }
        if (_inquiry.IsOver)
            Finish(() => _inquiry.Result(_within));
    }

    /// <summary>If nothing ends it earlier.</summary>
    private void EndAfter(TimeSpan time)
    {
        if (time != Timeout.InfiniteTimeSpan)
            Timers.StartSingleTimer(new object(), new TimeIsUp(), time);
    }

    private void Finish(Func<T> result)
    {
        try
        {
            _result.TrySetResult(result());
        }
        catch (PbKvException failure)
        {
            _result.TrySetException(failure);
        }
        Context.Stop(Self);
    }

    private sealed record Again;

    private sealed record TimeIsUp;
}
