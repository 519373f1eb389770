using Akka.Event;
using Akka.Remote;
using PbKv.Actors.Wire;

namespace PbKv.Client;

/// <summary>The actor around a <see cref="ClerkNode"/>.</summary>
internal sealed class Clerk : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan CloseWithin = TimeSpan.FromSeconds(1);

    private readonly CallQueue _queue;
    private readonly ClerkNode _node;
    private readonly NodeHost _host;
    private readonly Dictionary<long, Call> _calls = [];
    private long _lastId;

    public Clerk(CallQueue queue, PbKvSettings settings, NodeHooks hooks)
    {
        _queue = queue;
        var system = (ExtendedActorSystem)Context.System;
        var self = NodePath.OfSelf(system, Self);
        ImmutableArray<NodeAddress> viewServices =
        [
            .. settings.ViewServices.Select(address => new NodeAddress(address)),
        ];
        _node = new ClerkNode(self, viewServices, settings.Group, settings.Protocol);
        var log = new NodeLog(Context.GetLogger(), Self.Path.Name, () => _node.View.Number, hooks.Record);
        var me = Self;
        _host = new NodeHost(
            _node,
            self,
            new NodeClock(null),
            hooks.Around(new Outbox(system, viewServices)),
            this,
            log
        )
        {
            Complete = Complete,
            Cluster = settings.Cluster,
            Refused = OnRefused,
            MayStop = () => Context.Stop(me),
        };

        Receive<Envelope>(Deliver);
        Receive<CallQueue.Wake>(_ => SubmitAll());
        Receive<TimerOver>(Fire);
        Receive<CallQueue.CancelCalls>(_ => CancelAll());
        Receive<DisassociatedEvent>(lost => _host.ConnectionLost(lost.RemoteAddress));
        Receive<AssociationErrorEvent>(failed => _host.ConnectionLost(failed.RemoteAddress));
        Receive<LetGo>(LetGoOf);
        Receive<Close>(_ => BeginClose());
        Receive<CloseIsLate>(_ => Context.Stop(Self));
        Receive<DamagedEnvelope>(_ => { }); // Logged where it was read.
    }

    public ITimerScheduler Timers { get; set; } = null!;

    internal static Props CreateProps(CallQueue queue, PbKvSettings settings, NodeHooks hooks) =>
        Props.Create(() => new Clerk(queue, settings, hooks)).WithDispatcher(NodePath.Dispatcher);

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(DisassociatedEvent));
        Context.System.EventStream.Subscribe(Self, typeof(AssociationErrorEvent));
        _host.Start();
        _queue.Attach(Self);
    }

    /// <summary>Whoever is told why the clerk stopped tells the callers: they are put back where all wait.</summary>
    protected override void PostStop()
    {
        foreach (var call in _calls.Values)
            _queue.Push(call);
    }

    private void Deliver(Envelope envelope)
    {
        _host.Deliver(envelope);
        SubmitAll();
    }

    /// <summary>The clerk's own tick comes while anything is in flight: no call stays unseen for longer.</summary>
    private void Fire(TimerOver over)
    {
        _host.Fire(over);
        SubmitAll();
    }

    /// <summary>All that has gathered goes to the node before anything is sent: it travels together.</summary>
    private void SubmitAll()
    {
        _queue.WakesClerk = true;
        if (_queue.TakeAll() is { } oldest)
            SubmitFrom(oldest);
        _queue.WakesClerk = _node.HasRoom;
    }

    private void SubmitFrom(Call? call)
    {
        while (call is not null)
        {
            var next = call.Next;
            call.Next = null;
            Submit(call);
            call = next;
        }
        _node.Flush(_host.Effects);
        _host.CarryOut();
    }

    /// <summary>
    /// A call that was cancelled on its way here is not begun: what told of that found no call, or no clerk yet.
    /// Likewise one whose client was disposed.
    /// </summary>
    private void Submit(Call call)
    {
        call.Id = ++_lastId;
        _calls.Add(call.Id, call);
        if (call.IsCancelled || call.ClientIsClosing)
        {
            _host.Effects.Complete(call.Id, CallStatus.Unreachable);
        }
        else
        {
            call.WasSubmitted = true;
            _node.Submit(call.Id, call.Kind, call.Key, call.Value, call.DeadlineTicks, _host.Effects);
        }
    }

    private void CancelAll()
    {
        _queue.TakesCancelled();
        SubmitAll();
        while (_queue.TryTakeCancelled(out var call))
            _node.Cancel(call.Id, _host.Effects);
        _node.Flush(_host.Effects);
        _host.CarryOut();
    }

    private void Complete(List<Completion> completions)
    {
        foreach (var completion in completions)
        {
            if (_calls.Remove(completion.Call, out var call))
                CallerWakeUp.Shared.Add(call, completion);
        }
        CallerWakeUp.Shared.Begin();
    }

    /// <summary>It will not be otherwise the next time: nobody waits for his deadline.</summary>
    private void OnRefused(string why)
    {
        SubmitAll();
        foreach (var call in _calls.Values.ToList())
        {
            call.RefusedBecause = why;
            _node.Cancel(call.Id, _host.Effects);
        }
        _host.CarryOut();
    }

    /// <summary>What others share goes on.</summary>
    private void LetGoOf(LetGo let)
    {
        SubmitAll();
        foreach (var call in _calls.Values.Where(call => call.Client == let.Client).ToList())
            _node.Cancel(call.Id, _host.Effects);
        _node.Flush(_host.Effects);
        _host.CarryOut();
        let.Done.SetResult();
    }

    /// <summary>A session that cannot be closed now expires by itself: nobody waits long for it.</summary>
    private void BeginClose()
    {
        SubmitAll();
        Timers.StartSingleTimer(new CloseIsLate(), new CloseIsLate(), CloseWithin);
        _node.Close(_host.Effects);
        _host.CarryOut();
    }

    /// <summary>A client is being disposed, and others of its session are not.</summary>
    internal sealed record LetGo(PbKvClient Client, TaskCompletionSource Done);

    /// <summary>The last client of the session is being disposed.</summary>
    internal sealed record Close;

    private sealed record CloseIsLate;
}
