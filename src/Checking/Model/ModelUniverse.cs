namespace PbKv.Checking;

/// <summary>
/// Everything that the states of one set-up are made of, each thing kept once: local states, messages, timers,
/// histories, and what every input made of every local state, so that a node's code runs once for each, however many
/// states share it.
/// </summary>
internal sealed class ModelUniverse
{
    private readonly Nodes _nodes;
    private readonly List<LocalState> _locals = [];
    private readonly Dictionary<ulong, int> _localIds = [];
    private readonly List<FlyingMessage> _messages = [];
    private readonly Dictionary<ulong, int> _messageIds = [];
    private readonly List<NodeTimer> _timers = [];
    private readonly Dictionary<NodeTimer, int> _timerIds = [];
    private readonly List<ViewServiceMemory?> _memories = [null];
    private readonly Dictionary<ViewServiceMemory, int> _memoryIds = [];
    private readonly Dictionary<(int Local, ulong Input), LocalTransition> _transitions = [];
    private readonly Dictionary<NodeAddress, int> _slots = [];
    private readonly ImmutableArray<NodeAddress> _viewServices;
    private readonly Effects _effects = new();

    public ModelUniverse(ModelSetup setup, Nodes nodes)
    {
        (Setup, _nodes) = (setup, nodes);
        Histories = new ModelHistories(setup);
        Addresses =
        [
            .. Enumerable
                .Range(0, setup.Slots)
                .Select(slot => new NodeAddress(
                    slot == 0 ? "vs"
                    : setup.IsServer(slot) ? $"s{slot}"
                    : setup.IsClerk(slot) ? $"c{slot - setup.Servers}"
                    : $"vs{slot + 1 - setup.Servers - setup.Clerks.Length}"
                )),
        ];
        for (var slot = 0; slot < Addresses.Length; slot++)
            _slots.Add(Addresses[slot], slot);
        _viewServices = [.. Addresses.Where((_, slot) => setup.IsViewService(slot))];
    }

    public ModelSetup Setup { get; }

    public ModelHistories Histories { get; }

    public ImmutableArray<NodeAddress> Addresses { get; }

    public LocalState Local(int id) => _locals[id];

    public FlyingMessage Message(int id) => _messages[id];

    public NodeTimer Timer(int id) => _timers[id];

    public ViewServiceMemory? Memory(int id) => _memories[id];

    public T? NodeAt<T>(ModelState state, int slot)
        where T : Node => state.Locals[slot] == ModelState.Gone ? null : _locals[state.Locals[slot]].Node as T;

    public bool AllDone(ModelState state) => Histories[state.History].Done == Setup.Clerks.Sum(script => script.Length);

    public int Intern(ViewServiceMemory memory)
    {
        if (_memoryIds.TryGetValue(memory, out var id))
            return id;
        _memoryIds.Add(memory, id = _memories.Count);
        _memories.Add(memory);
        return id;
    }

    /// <summary>The one that acts, where what it says is decided.</summary>
    public ViewServiceNode? ViewService(ModelState state) =>
        !Setup.IsGroup ? NodeAt<ViewServiceNode>(state, 0)
        : state.Log.Leader >= 0 && Member(state, state.Log.Leader) is { IsDeciding: false } leader ? leader.Acting
        : null;

    /// <summary>What is remembered for good; null where nothing is.</summary>
    public ViewServiceMemory? Known(ModelState state) =>
        Setup.IsGroup ? _memories[state.Memory] : NodeAt<ViewServiceNode>(state, 0)?.Known;

    public ViewServiceMember Member(ModelState state, int slot) => (ViewServiceMember)_locals[state.Locals[slot]].Node;

    /// <summary>A node's first state in a new life.</summary>
    public LocalTransition Begin(int slot, int life, ViewServiceMemory? memory)
    {
        var settings = NextBuild.Or(Setup.Settings, Setup.IsNextBuild(slot, life));
        Node node =
            Setup.IsServer(slot) ? _nodes.Replica(new ServerId(Addresses[slot], life + 1), _viewServices, settings)
            : Setup.IsClerk(slot) ? _nodes.Clerk(Addresses[slot], _viewServices, settings)
            : Setup.IsGroup ? NewMember(Addresses[slot])
            : _nodes.ViewService(Addresses[0], settings, new ClusterId(100 + (ulong)life), memory);
        return Run(node, slot, [], 0, false, static (node, effects) => node.Start(effects), null);
    }

    private ViewServiceMember NewMember(NodeAddress self)
    {
        var member = _nodes.Member(self);
        member.Know(new ViewServices([.. _viewServices.Select(a => new ViewServiceName(a.Value, a))], null, 0, 0));
        return member;
    }

    /// <summary>The argument of an election: what is in the log, and which it is of this slot.</summary>
    public static int Election(int memory, int number) => memory << 8 | number;

    /// <summary>What an action makes of a local state.</summary>
    public LocalTransition Step(LocalState from, ModelAction action)
    {
        var input = action.Kind == ModelActionKind.Repeat ? action with { Kind = ModelActionKind.Deliver } : action;
        if (_transitions.TryGetValue((from.Id, input.Word), out var known))
            return known;
        var transition = Compute(from, input);
        _transitions.Add((from.Id, input.Word), transition);
        return transition;
    }

    /// <summary>Gives a node the input that an action is.</summary>
    public void Feed(Node node, int slot, int begun, ModelAction action, Effects effects)
    {
        switch (action.Kind)
        {
            case ModelActionKind.Deliver or ModelActionKind.Repeat:
                node.Handle(_messages[action.Argument].From, _messages[action.Argument].Message, effects);
                break;
            case ModelActionKind.Timer:
                node.OnTimer(_timers[action.Argument], effects);
                break;
            case ModelActionKind.LateTimer:
                node.OnTimer(_timers[action.Argument] with { Late = true }, effects);
                break;
            case ModelActionKind.Begin:
                var operation = Setup.Clerks[slot - 1 - Setup.Servers][begun];
                ((ClerkNode)node).Submit(
                    begun,
                    operation.Kind,
                    Bytes.Utf8(operation.Key),
                    operation.Argument,
                    long.MaxValue,
                    effects
                );
                ((ClerkNode)node).Flush(effects);
                break;
            case ModelActionKind.Suspect:
                Suspect(node, action.Argument, effects);
                break;
            case ModelActionKind.Reset:
                node.Handle(new NodeAddress("operator"), new ResetRequest(Addresses[action.Argument]), effects);
                break;
            case ModelActionKind.Leave:
                ((ReplicaNode)node).Leave(effects);
                break;
            case ModelActionKind.Elect:
                var (memory, number) = (action.Argument >> 8, action.Argument & 255);
                var fresh = new ClusterId(100 + (ulong)(16 * slot + number));
                ((ViewServiceMember)node).Lead(
                    _nodes.ViewService(Addresses[slot], Setup.Settings, fresh, _memories[memory]),
                    effects
                );
                break;
            case ModelActionKind.Beat:
                node.OnTimer(new RegisterTick(), effects);
                break;
            case ModelActionKind.Commit or ModelActionKind.Fail:
                var member = (ViewServiceMember)node;
                member.Decided(member.Round, action.Kind == ModelActionKind.Commit, effects);
                break;
            case ModelActionKind.Depose:
                ((ViewServiceMember)node).Follow(effects);
                break;
            default:
                throw new InvalidOperationException($"{action.Kind} is no input of a node");
        }
    }

    private LocalTransition Compute(LocalState from, ModelAction action)
    {
        var begins = action.Kind == ModelActionKind.Begin;
        var timers = action.Kind is ModelActionKind.Timer or ModelActionKind.LateTimer
            ? [.. from.Timers.Where(id => id != action.Argument)]
            : from.Timers;
        return Run(
            from.Node.Clone(),
            from.Slot,
            timers,
            from.Begun + (begins ? 1 : 0),
            from.Busy || begins,
            (node, effects) => Feed(node, from.Slot, from.Begun, action, effects),
            from
        );
    }

    private void Suspect(Node node, int server, Effects effects)
    {
        node.OnConnectionLost(Addresses[server], effects);
        var lost = effects.Timers.Where(setting => setting.Timer is ConnectionLostTimer).ToList();
        effects.Timers.RemoveAll(setting => setting.Timer is ConnectionLostTimer);
        foreach (var setting in lost)
            node.OnTimer(setting.Timer, effects);
    }

    private LocalTransition Run(
        Node node,
        int slot,
        int[] timers,
        int begun,
        bool busy,
        Action<Node, Effects> input,
        LocalState? from
    )
    {
        _effects.Clear();
        string? broken = null;
        try
        {
            input(node, _effects);
        }
        catch (InvariantBrokenException exception)
        {
            broken = exception.Message;
        }
        var pending = new SortedSet<int>(timers);
        foreach (var cancelled in _effects.CancelledTimers)
            pending.Remove(Intern(cancelled));
        foreach (var setting in _effects.Timers)
            pending.Add(Intern(setting.Timer));
        ulong notices = 0;
        foreach (var notice in _effects.Notices)
            notices |= 1UL << (int)notice.Kind;
        Completion[] completions = [.. _effects.Completions];
        var local = Intern(node, slot, [.. pending], begun, busy && completions.Length == 0);
        var sends = new List<int>();
        foreach (var outgoing in _effects.Messages)
        {
            if (_slots.TryGetValue(outgoing.To, out var to))
                sends.Add(Intern(slot, to, outgoing.Message));
        }
        var mayStop = _effects.MayStop;
        var isQuiet =
            broken is null && sends.Count == 0 && completions.Length == 0 && !mayStop && _effects.Decision == 0;
        return new LocalTransition(
            local,
            [.. sends],
            completions,
            notices,
            _effects.Memory,
            _effects.Decision != 0,
            mayStop && Setup.IsServer(slot),
            broken,
            isQuiet && from is not null && local.Id == from.Id
        );
    }

    private int Intern(NodeTimer timer)
    {
        if (_timerIds.TryGetValue(timer, out var id))
            return id;
        _timerIds.Add(timer, id = _timers.Count);
        _timers.Add(timer);
        return id;
    }

    private int Intern(int from, int to, Message message)
    {
        var hash = new Fingerprint();
        hash.Add(from);
        hash.Add(to);
        message.AddTo(ref hash);
        if (_messageIds.TryGetValue(hash.Value, out var id))
            return id;
        _messageIds.Add(hash.Value, id = _messages.Count);
        _messages.Add(
            new FlyingMessage(id, Addresses[from], from, to, message, Hashing.Mix(hash.Value ^ 0x3C79AC492BA7B653))
        );
        return id;
    }

    private LocalState Intern(Node node, int slot, int[] timers, int begun, bool busy)
    {
        var hash = new Fingerprint();
        hash.Add(slot);
        node.AddTo(ref hash);
        // A node looks alike however far it has counted; but messages under way name the numbers that it gave out.
        if ((node as ViewServiceNode ?? (node as ViewServiceMember)?.Acting) is { } service)
            hash.Add(service.Now);
        if (node is ClerkNode clerk)
            hash.Add(clerk.LastRequest);
        foreach (var timer in timers)
            hash.Add(_timers[timer].ToString());
        hash.Add(begun);
        hash.Add(busy);
        if (_localIds.TryGetValue(hash.Value, out var id))
            return _locals[id];
        var replica = node as ReplicaNode;
        var (tokens, doubled) = replica is null ? (0UL, null) : ModelTokens.Of(Setup, replica.Store);
        var local = new LocalState(
            _locals.Count,
            slot,
            node,
            timers,
            begun,
            busy,
            Hashing.Mix(hash.Value ^ 0x1C69B3F74AC4AE35),
            replica?.Id,
            replica?.View ?? (node as ViewServiceNode)?.View ?? View.None,
            replica is { Confirmed: true, Alone: true },
            tokens,
            doubled
        );
        _localIds.Add(hash.Value, local.Id);
        _locals.Add(local);
        return local;
    }
}
