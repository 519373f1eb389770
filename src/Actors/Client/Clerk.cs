using Akka.Remote;

namespace PbKv.Client;

/// <summary>The actor around a <see cref="ClerkNode"/>.</summary>
internal sealed class Clerk : NodeActor<ClerkNode>
{
    private static readonly TimeSpan CloseWithin = TimeSpan.FromSeconds(1);

    private readonly CallQueue _queue;
    private readonly Dictionary<long, Call> _calls = [];
    private long _lastId;

    public Clerk(CallQueue queue, PbKvSettings settings, NodeHooks hooks)
        : base(
            new ClerkNode(OwnAddress, settings.ViewServiceNodes, settings.Group, settings.Protocol),
            OwnAddress,
            server: null,
            settings.ViewServiceNodes,
            settings,
            hooks
        )
    {
        _queue = queue;
        Receive<CallQueue.Wake>(_ => SubmitAll());
        Receive<CallQueue.CancelCalls>(_ => CancelAll());
        Receive<AssociationErrorEvent>(failed => OnConnectionLost(failed.RemoteAddress));
        Receive<LetGo>(LetGoOf);
        Receive<Close>(_ => BeginClose());
        Receive<CloseIsLate>(_ => Context.Stop(Self));
    }

    internal static Props CreateProps(CallQueue queue, PbKvSettings settings, NodeHooks hooks) =>
        Props.Create(() => new Clerk(queue, settings, hooks)).WithDispatcher(NodePath.Dispatcher);

    private static NodeAddress OwnAddress => NodePath.OfSelf((ExtendedActorSystem)Context.System, Context.Self);

    protected override View View => Node.View;

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(AssociationErrorEvent));
        base.PreStart();
        _queue.Attach(Self);
    }

    /// <summary>Whoever is told why the clerk stopped tells the callers: they are put back where all wait.</summary>
    protected override void PostStop()
    {
        foreach (var call in _calls.Values)
            _queue.Push(call);
    }

    protected override void Deliver(Envelope envelope)
    {
        base.Deliver(envelope);
        SubmitAll();
    }

    /// <summary>The clerk's own tick comes while anything is in flight: no call stays unseen for longer.</summary>
    protected override void Fire(TimerOver over)
    {
        base.Fire(over);
        SubmitAll();
    }

    protected override void MayStop() => Context.Stop(Self);

    /// <summary>All that has gathered goes to the node before anything is sent: it travels together.</summary>
    private void SubmitAll()
    {
        _queue.WakesClerk = true;
        if (_queue.TakeAll() is { } oldest)
            SubmitFrom(oldest);
        _queue.WakesClerk = Node.HasRoom;
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
        Node.Flush(Effects);
        CarryOut();
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
            Effects.Complete(call.Id, CallStatus.Unreachable);
        }
        else
        {
            call.WasSubmitted = true;
            Node.Submit(call.Id, call.Kind, call.Key, call.Value, call.DeadlineTicks, Effects);
        }
    }

    private void CancelAll()
    {
        _queue.TakesCancelled();
        SubmitAll();
        while (_queue.TryTakeCancelled(out var call))
            Node.Cancel(call.Id, Effects);
        Node.Flush(Effects);
        CarryOut();
    }

    protected override void Complete(List<Completion> completions)
    {
        foreach (var completion in completions)
        {
            if (_calls.Remove(completion.Call, out var call))
                CallerWakeUp.Shared.Add(call, completion);
        }
        CallerWakeUp.Shared.Begin();
    }

    /// <summary>It will not be otherwise the next time: nobody waits for his deadline.</summary>
    protected override void OnRefused(string why)
    {
        SubmitAll();
        foreach (var call in _calls.Values.ToList())
        {
            call.RefusedBecause = why;
            Node.Cancel(call.Id, Effects);
        }
        CarryOut();
    }

    /// <summary>What others share goes on.</summary>
    private void LetGoOf(LetGo let)
    {
        SubmitAll();
        foreach (var call in _calls.Values.Where(call => call.Client == let.Client).ToList())
            Node.Cancel(call.Id, Effects);
        Node.Flush(Effects);
        CarryOut();
        let.Done.SetResult();
    }

    /// <summary>A session that cannot be closed now expires by itself: nobody waits long for it.</summary>
    private void BeginClose()
    {
        SubmitAll();
        Timers.StartSingleTimer(new CloseIsLate(), new CloseIsLate(), CloseWithin);
        Node.Close(Effects);
        CarryOut();
    }

    /// <summary>A client is being disposed, and others of its session are not.</summary>
    internal sealed record LetGo(PbKvClient Client, TaskCompletionSource Done);

    /// <summary>The last client of the session is being disposed.</summary>
    internal sealed record Close;

    private sealed record CloseIsLate;
}
