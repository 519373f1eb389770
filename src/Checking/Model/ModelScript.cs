namespace PbKv.Checking;

/// <summary>
/// Leads a set-up to where its interesting part begins, with the same steps that a search takes, free of charge. What
/// it did is part of every trace.
/// </summary>
internal sealed class ModelScript(ModelUniverse universe, ModelMoves moves)
{
    private const int MaxRounds = 60;

    private readonly List<ModelAction> _done = [];
    private Func<FlyingMessage, bool> _held = static _ => false;
    private Func<FlyingMessage, bool>? _kept;
    private bool _decides = true;

    public ModelState State { get; private set; } = moves.First();

    public IReadOnlyList<ModelAction> Done => _done;

    public ModelSituation Situation => new(universe, State, null);

    /// <summary>Keeps these messages in the network until the search, whatever else is delivered.</summary>
    public ModelScript Hold(Func<FlyingMessage, bool> messages)
    {
        _held = messages;
        return this;
    }

    /// <summary>The next of these messages to be delivered stays in the network as well.</summary>
    public ModelScript KeepNext(Func<FlyingMessage, bool> messages)
    {
        _kept = messages;
        return this;
    }

    /// <summary>From here on the view services decide nothing by themselves.</summary>
    public ModelScript HoldDecisions()
    {
        _decides = false;
        return this;
    }

    public ModelScript Begin(int clerk)
    {
        Do(new ModelAction(ModelActionKind.Begin, universe.Setup.ClerkSlot(clerk), 0));
        return this;
    }

    public ModelScript Suspect(int server) => Do(new ModelAction(ModelActionKind.Suspect, 0, server));

    public ModelScript Reset(int server) => Do(new ModelAction(ModelActionKind.Reset, 0, server));

    public ModelScript Crash(int server) => Do(new ModelAction(ModelActionKind.Crash, server, 0));

    public ModelScript Restart(int server) => Do(new ModelAction(ModelActionKind.Restart, server, 0));

    public ModelScript Leave(int server) => Do(new ModelAction(ModelActionKind.Leave, server, 0));

    /// <summary>One of several view services is chosen; the one before is not told.</summary>
    public ModelScript Elect(int slot) => Do(ModelMoves.Election(State, slot));

    /// <summary>What the leading view service waits for is decided.</summary>
    public ModelScript Decide()
    {
        while (
            universe.Setup.IsGroup
            && State.Log.Leader is >= 0 and var leader
            && ModelMoves.ToDecide(universe.Member(State, leader), leader) is { } action
        )
            Do(action);
        return this;
    }

    /// <summary>The view service dies and begins anew.</summary>
    public ModelScript Forget() => Do(new ModelAction(ModelActionKind.ForgetViewService, 0, 0));

    /// <summary>Fires the slow timers of a node once.</summary>
    public ModelScript Tick(int slot)
    {
        if (State.Locals[slot] == ModelState.Gone)
            return this;
        foreach (var timer in universe.Local(State.Locals[slot]).Timers)
            Do(new ModelAction(ModelActionKind.Timer, slot, timer));
        return this;
    }

    /// <summary>Cuts a link, or mends it.</summary>
    public ModelScript Cut(int from, int to) => Do(new ModelAction(ModelActionKind.Cut, from, to));

    /// <summary>Delivers every message in the network that fits.</summary>
    public ModelScript Deliver(Func<FlyingMessage, bool> messages)
    {
        foreach (var id in State.Flight)
        {
            var message = universe.Message(id);
            if (messages(message) && State.Locals[message.ToSlot] != ModelState.Gone)
                DeliverOne(message);
        }
        return this;
    }

    public ModelScript Lose(Func<FlyingMessage, bool> messages)
    {
        foreach (var id in State.Flight)
        {
            if (messages(universe.Message(id)))
                Do(new ModelAction(ModelActionKind.Lose, 0, id));
        }
        return this;
    }

    /// <summary>
    /// Delivers what is in the network, and what comes of it, until nothing is left that is not held.
    /// </summary>
    public ModelScript DeliverAll()
    {
        for (var round = 0; round < MaxRounds; round++)
        {
            if (_decides)
                Decide();
            var open = State
                .Flight.Where(id =>
                    !_held(universe.Message(id)) && State.Locals[universe.Message(id).ToSlot] != ModelState.Gone
                )
                .ToList();
            if (open.Count == 0)
                return this;
            foreach (var id in open)
                DeliverOne(universe.Message(id));
        }
        throw new InvalidOperationException($"set-up {universe.Setup.Name}: messages go on for ever");
    }

    /// <summary>Ticks everybody and delivers everything until the condition holds.</summary>
    public ModelScript Until(Func<ModelSituation, bool> condition, string what)
    {
        for (var round = 0; round < MaxRounds; round++)
        {
            DeliverAll();
            if (condition(Situation))
                return this;
            for (var slot = 0; slot < universe.Setup.Slots; slot++)
                Tick(slot);
        }
        throw new InvalidOperationException($"set-up {universe.Setup.Name} does not come to where {what}");
    }

    public ModelScript UntilPrimary(int server) =>
        Until(
            situation => situation.Replica(server) is { Role: ReplicaRole.Primary, Confirmed: true },
            $"s{server} is primary"
        );

    /// <summary>Until the view service has a view that is acknowledged, and synced where there is a backup.</summary>
    public ModelScript Settle() =>
        Until(
            static situation =>
                situation.ViewService is { Acknowledged: true } service
                && (service.Synced || situation.Replicas.Count() < 2)
                && situation.Replicas.Any(replica => replica.Confirmed),
            "the servers are a pair"
        );

    /// <summary>A clerk does its next operation to the end.</summary>
    public ModelScript Complete(int clerk)
    {
        var done = universe.Histories[State.History].Done;
        Begin(clerk);
        return Until(_ => universe.Histories[State.History].Done > done, $"clerk {clerk} has done its operation");
    }

    private void DeliverOne(FlyingMessage message)
    {
        var keep = _kept?.Invoke(message) == true;
        if (keep)
            _kept = null;
        Do(new ModelAction(keep ? ModelActionKind.Repeat : ModelActionKind.Deliver, message.ToSlot, message.Id));
        if (keep)
            Hold(other => other.Id == message.Id);
    }

    private ModelScript Do(ModelAction action)
    {
        State = moves.Apply(State, action, charge: false, out var last);
        _done.Add(action);
        if (last?.Broken is { } broken)
            throw new InvalidOperationException($"set-up {universe.Setup.Name}: {broken}");
        return this;
    }
}
