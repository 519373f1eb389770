namespace Akka.Actor;

/// <summary>The roots of the tree, and the way from a path to a ref.</summary>
internal sealed class ActorRefProvider : IActorRefProvider
{
    private readonly ActorSystemImpl _system;
    private readonly RemoteHook _remote;
    private readonly ConcurrentDictionary<string, InternalActorRef> _temporary = new(StringComparer.Ordinal);
    private readonly ActorPath _tempPath;
    private readonly GuardianKeeper _keeper;
    private long _nextTemporary;

    public ActorRefProvider(ActorSystemImpl system, RemoteHook remote)
    {
        (_system, _remote) = (system, remote);
        RootPath = new RootActorPath(new Address("akka", system.Name));
        _tempPath = RootPath / "temp";
        DeadLetters = new DeadLetterActorRef(system, RootPath / "deadLetters");
        _keeper = new GuardianKeeper(system, RootPath / "_keeper");
    }

    public ActorPath RootPath { get; }
    public InternalActorRef DeadLetters { get; }
    public LocalActorRef Root { get; private set; }
    public LocalActorRef Guardian { get; private set; }
    public LocalActorRef SystemGuardian { get; private set; }

    /// <summary>Done when the user guardian has stopped, on request or because a failure came all the way up.</summary>
    public Task GuardianEnded { get; private set; }

    public Address DefaultAddress => _remote?.DefaultAddress ?? RootPath.Address;

    public void Start()
    {
        var guardian = Props.Create<Guardian>();
        Root = new LocalActorRef(_system, guardian.WithDispatcher(Dispatchers.InternalId), _keeper, RootPath);
        Root.Start();
        SystemGuardian = (LocalActorRef)Root.Cell.ActorOf(guardian.WithDispatcher(Dispatchers.InternalId), "system");
        Guardian = (LocalActorRef)Root.Cell.ActorOf(guardian, "user");
        GuardianEnded = _keeper.Ended(Guardian);
    }

    public async Task StopSystemActors()
    {
        await _keeper.Stop(SystemGuardian).ConfigureAwait(false);
        await _keeper.Stop(Root).ConfigureAwait(false);
    }

    public IActorRef ResolveActorRef(string path) => ActorPath.TryParse(path, out var parsed) ? Resolve(parsed) : DeadLetters;
    public IActorRef ResolveActorRef(ActorPath actorPath) => Resolve(actorPath);

    public InternalActorRef Resolve(ActorPath path)
    {
        if (!IsHere(path.Address)) return _remote is null ? new EmptyActorRef(_system, path) : _remote.Resolve(path);
        if (path.Depth == 0) return Root;
        if (Special(path.Elements) is { } special) return special;
        InternalActorRef at = Root;
        foreach (var element in path.Elements) at = at?.Child(element);
        return at is null || (path.Uid != 0 && path.Uid != at.Path.Uid) ? new EmptyActorRef(_system, path) : at;
    }

    /// <summary>Places below the root that are no actors: /deadLetters and /temp/x. Null when the path is none of them.</summary>
    public InternalActorRef Special(IReadOnlyList<string> elements) => elements switch
    {
        ["deadLetters"] => DeadLetters,
        ["temp", var name] => _temporary.TryGetValue(name, out var temporary) ? temporary : null,
        _ => null,
    };

    public InternalActorRef RootAt(Address address) => IsHere(address) || _remote is null ? Root : _remote.Resolve(new RootActorPath(address));

    public ActorPath TempPath() => _tempPath / $"${Interlocked.Increment(ref _nextTemporary)}";

    public void RegisterTemp(ActorPath path, InternalActorRef temporary) => _temporary[path.Name] = temporary;

    public void UnregisterTemp(ActorPath path) => _temporary.TryRemove(path.Name, out _);

    internal int TemporaryCount => _temporary.Count;

    private bool IsHere(Address address) => address.Host is null ? address.System == _system.Name : _remote is not null && _remote.IsOwn(address);
}

/// <summary>What stands above the root: learns of the end of the guardians.</summary>
internal sealed class GuardianKeeper(ActorSystemImpl system, ActorPath path) : InternalActorRef
{
    private readonly ConcurrentDictionary<InternalActorRef, TaskCompletionSource> _expected = new();

    public override ActorPath Path => path;
    public override ActorSystemImpl System => system;

    public Task Ended(LocalActorRef guardian)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _expected[guardian] = ended;
        guardian.SendSystemMessage(new SystemMessage.Watch(this));
        return ended.Task;
    }

    public Task Stop(LocalActorRef guardian)
    {
        var ended = Ended(guardian);
        guardian.Stop();
        return ended;
    }

    public override void Tell(object message, IActorRef sender) => system.ToDeadLetters(message, sender, this);

    public override void SendSystemMessage(SystemMessage message)
    {
        if (message is SystemMessage.Failed failed) failed.Child.Stop();
        else if (message is SystemMessage.DeathWatchNotification ended && _expected.TryRemove(ended.Actor, out var waiting)) waiting.TrySetResult();
    }
}

/// <summary>/, /user and /system. A failure that has come up to here, because a child escalated it, ends the system.</summary>
internal sealed class Guardian : ActorBase
{
    protected override bool Receive(object message) => false;

    protected override SupervisorStrategy SupervisorStrategy() =>
        Self.Path.Depth == 0 ? Actor.SupervisorStrategy.StoppingStrategy : Actor.SupervisorStrategy.DefaultStrategy;
}
