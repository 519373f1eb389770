namespace Akka.Dispatch;

/// <summary>
/// The messages of one actor, and the right to run it: whoever turns Scheduled on hands the mailbox to its dispatcher, and nobody
/// else runs the actor until the flag is off again.
/// </summary>
internal sealed class Mailbox(ActorCell cell, Dispatcher dispatcher) : IThreadPoolWorkItem
{
    private const int Open = 0;
    private const int Suspended = 1;
    private const int Closed = 2;

    private readonly ConcurrentQueue<(object Message, IActorRef Sender)> _queue = new();
    private Dispatcher _dispatcher = dispatcher;
    private SystemMessage _systemMessages;
    private Stack<(object Message, IActorRef Sender)> _front;
    private int _scheduled;
    private volatile int _state;
    private int _suspensions;

    public bool IsClosed => _state == Closed;

    public void Post(object message, IActorRef sender)
    {
        if (_state == Closed)
        {
            cell.SystemImpl.ToDeadLetters(message, sender, cell.Ref);
            return;
        }
        _queue.Enqueue((message, sender));
        // What follows is read after the message is in: whoever resumes, closes or has just run the actor looks at the queue last.
        Interlocked.MemoryBarrier();
        if (_state != Suspended) TrySchedule(preferLocal: true);
    }

    public void PostSystem(SystemMessage message)
    {
        SystemMessage head;
        do
        {
            head = Volatile.Read(ref _systemMessages);
            message.Next = head;
        }
        while (Interlocked.CompareExchange(ref _systemMessages, message, head) != head);
        TrySchedule(preferLocal: true);
    }

    /// <summary>Actor's turn only: puts messages before all that wait, the last one given to the very front.</summary>
    public void Prepend(object message, IActorRef sender) => (_front ??= new()).Push((message, sender));

    /// <summary>Actor's turn only. Suspensions count: as many resumes are needed.</summary>
    public void Suspend()
    {
        _suspensions++;
        if (_state == Open) _state = Suspended;
    }

    /// <summary>Actor's turn only.</summary>
    public void Resume()
    {
        if (_suspensions > 0) _suspensions--;
        if (_suspensions == 0 && _state == Suspended) _state = Open;
    }

    /// <summary>Actor's turn only. What is in the box, and what still comes, goes to dead letters.</summary>
    public void Close()
    {
        var own = _dispatcher;
        // A producer that has got in after the last run finds a pool to drain the box, even when the actor's own thread has ended.
        _dispatcher = Dispatcher.Pool;
        _state = Closed;
        Interlocked.MemoryBarrier();
        own.Release();
    }

    public void Execute()
    {
        var turn = Turn.Begin();
        var previous = ActorCell.Current;
        ActorCell.Current = cell;
        try
        {
            RunSystemMessages();
            RunMessages(turn);
        }
        finally
        {
            ActorCell.Current = previous;
            turn.End();
        }
        if (_front is { Count: > 0 } && _state != Suspended)
        {
            _dispatcher.Schedule(this, preferLocal: false);
            return;
        }
        Interlocked.Exchange(ref _scheduled, 0);
        if (Volatile.Read(ref _systemMessages) is not null || (!_queue.IsEmpty && _state != Suspended)) TrySchedule(preferLocal: false);
    }

    private void TrySchedule(bool preferLocal)
    {
        if (Volatile.Read(ref _scheduled) == 0 && Interlocked.Exchange(ref _scheduled, 1) == 0) _dispatcher.Schedule(this, preferLocal);
    }

    private void RunMessages(Turn turn)
    {
        for (var left = _dispatcher.Throughput; left > 0 && _state != Suspended && TryTake(out var message, out var sender); left--)
        {
            turn.BeforeAnother();
            if (_state == Closed) cell.SystemImpl.ToDeadLetters(message, sender, cell.Ref);
            else cell.Invoke(message, sender);
            if (Volatile.Read(ref _systemMessages) is not null) RunSystemMessages();
        }
    }

    private bool TryTake(out object message, out IActorRef sender)
    {
        var taken = (_front is not null && _front.TryPop(out var next)) || _queue.TryDequeue(out next);
        (message, sender) = next;
        return taken;
    }

    private void RunSystemMessages()
    {
        while (Interlocked.Exchange(ref _systemMessages, null) is { } newest)
        {
            SystemMessage oldest = null;
            for (var message = newest; message is not null;)
            {
                var next = message.Next;
                message.Next = oldest;
                oldest = message;
                message = next;
            }
            for (var message = oldest; message is not null;)
            {
                var next = message.Next;
                message.Next = null;
                cell.SystemInvoke(message);
                message = next;
            }
        }
    }
}
