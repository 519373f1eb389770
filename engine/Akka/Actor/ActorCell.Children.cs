namespace Akka.Actor;

/// <summary>Children and watches.</summary>
internal sealed partial class ActorCell
{
    // Other threads look children up by path, and create those of the guardians.
    private readonly Dictionary<string, ChildStats> _children = new(StringComparer.Ordinal);
    private readonly HashSet<InternalActorRef> _watchers = [];
    private readonly Dictionary<InternalActorRef, object> _watching = [];
    private readonly HashSet<IActorRef> _terminatedQueued = [];
    private bool _takesChildren = true;
    private long _nextName;

    public IActorRef ActorOf(Props props, string name = null)
    {
        ArgumentNullException.ThrowIfNull(props);
        if (name is not null && !ActorPath.IsValidPathElement(name))
            throw new InvalidActorNameException($"'{name}' is no actor name; it is not empty, does not begin with '$', and holds ASCII letters, digits and {ActorPath.ValidSymbols}");
        LocalActorRef child;
        lock (_children)
        {
            if (!_takesChildren) throw new InvalidOperationException($"{Ref} is stopping or has stopped, and takes no child '{name}'");
            name ??= GeneratedName(_nextName++);
            if (_children.ContainsKey(name)) throw new InvalidActorNameException($"{Ref} has a child '{name}' already; names are unique among brothers while they live");
            child = new LocalActorRef(SystemImpl, props, Ref, new ChildActorPath(Ref.Path, name, Random.Shared.NextInt64(1, int.MaxValue)));
            _children.Add(name, new ChildStats(child));
        }
        child.Start();
        return child;
    }

    public IActorRef Child(string name) => (IActorRef)FindChild(name) ?? ActorRefs.Nobody;

    public IEnumerable<IActorRef> GetChildren() => Children();

    public LocalActorRef FindChild(string name) { lock (_children) return _children.GetValueOrDefault(name)?.Child; }

    public LocalActorRef[] Children()
    {
        lock (_children) return _children.Count == 0 ? [] : [.. _children.Values.Select(s => s.Child)];
    }

    public IActorRef Watch(IActorRef subject) => Watch(subject, null);

    public IActorRef WatchWith(IActorRef subject, object message) => Watch(subject, message ?? throw new ArgumentNullException(nameof(message)));

    public IActorRef Unwatch(IActorRef subject)
    {
        if (InternalActorRef.Of(subject) is not { } watched) return subject;
        if (_watching.Remove(watched)) watched.SendSystemMessage(new SystemMessage.Unwatch(Ref));
        _terminatedQueued.Remove(watched);
        return subject;
    }

    private static string GeneratedName(long number) => number < 26 ? $"${(char)('a' + number)}" : $"${number:x}z";

    private IActorRef Watch(IActorRef subject, object message)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var watched = InternalActorRef.Of(subject);
        if (watched is null || watched.Equals(Ref)) return subject;
        var first = !_watching.ContainsKey(watched);
        _watching[watched] = message;
        if (first) watched.SendSystemMessage(new SystemMessage.Watch(Ref));
        return subject;
    }

    private void WatchedTerminated(SystemMessage.DeathWatchNotification notification)
    {
        var actor = notification.Actor;
        if (_watching.Remove(actor, out var message) && !_terminating)
        {
            _terminatedQueued.Add(actor);
            Mailbox.Post(message is null ? new Terminated(actor, notification.ExistenceConfirmed, false) : new WatchedStopped(actor, message), actor);
        }
        if (RemoveChild(actor)) ChildRemoved();
    }

    private bool RemoveChild(InternalActorRef actor)
    {
        lock (_children) return StatsOf(actor) is not null && _children.Remove(actor.Path.Name);
    }

    /// <summary>Null where it is no child, or one that a later one of the same name has followed.</summary>
    private ChildStats StatsOf(InternalActorRef child)
    {
        lock (_children) return _children.GetValueOrDefault(child.Path.Name) is { } stats && ReferenceEquals(stats.Child, child) ? stats : null;
    }
}

/// <summary>A child and what its parent's strategy counts about it.</summary>
internal sealed class ChildStats(LocalActorRef child)
{
    private int _restarts;
    private long _windowStart;

    public LocalActorRef Child => child;

    /// <summary>Counts one more restart; false when that is one too many within the window.</summary>
    public bool MayRestart(int maxRestarts, TimeSpan window)
    {
        if (maxRestarts <= 0) return maxRestarts < 0;
        var now = Environment.TickCount64;
        if (_restarts == 0 || (window > TimeSpan.Zero && now - _windowStart > window.TotalMilliseconds))
            (_restarts, _windowStart) = (0, now);
        return ++_restarts <= maxRestarts;
    }
}

/// <summary>Stands in the mailbox for the message of WatchWith, so that Unwatch can still withdraw it.</summary>
internal sealed record WatchedStopped(IActorRef Actor, object Message) : IAutoReceivedMessage;
