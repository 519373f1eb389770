namespace PbKv.Checking;

/// <summary>A view service as it is at some moment, with what it has on disk.</summary>
internal sealed record RegisterLocal(int Id, Register Node, RegisterState Disk);

internal sealed record RegisterFlying(int Id, ulong Print, int From, int To, Message Message);

/// <summary>A state of them all. Nodes and messages are kept once, in the world.</summary>
/// <param name="Flight">The messages on their way, sorted. One that is never delivered is one that was lost.</param>
/// <param name="Counted">All entries that a leader ever knew to count, by index.</param>
/// <param name="Doomed">Bit of a slot: it leads no more, and has been asked since whether it does.</param>
/// <param name="Disks">How many there ever were.</param>
internal sealed record RegisterModelState(
    ImmutableArray<int> Locals,
    ImmutableArray<int> Flight,
    RegisterBudget Budget,
    ImmutableList<RegisterEntry> Counted,
    int Doomed,
    int Disks
)
{
    /// <summary>Its place in the list of all that were seen.</summary>
    public int Number { get; init; }
}

/// <summary>What one action did.</summary>
internal sealed record RegisterStep(
    RegisterModelState Before,
    RegisterAction Action,
    RegisterModelState After,
    RegisterLocal? From,
    RegisterLocal? To
)
{
    /// <summary>The entry that a leader now knows to count, and nobody did before.</summary>
    public RegisterEntry? Counts { get; init; }

    public bool Decided { get; init; }

    public bool CountsLater =>
        Counts is { } entry
        && From?.Node.LeadsTerm == 0
        && !Before.Counted.IsEmpty
        && RegisterPromises.NumberOf(entry) > Before.Counted.Max(RegisterPromises.NumberOf);
}

/// <summary>
/// Everything that the states of one set-up are made of, and the steps between them: the registers are the ones that
/// are shipped, in any order of what may happen.
/// </summary>
internal sealed class RegisterWorld
{
    private const int FirstBarrier = 100;
    private static readonly NodeAddress Operator = new("operator");

    private readonly Nodes _nodes;
    private readonly ProtocolSettings _settings = ProtocolSettings.Default with { DeadPings = 1 };
    private readonly ImmutableArray<ViewServiceName> _names;
    private readonly List<RegisterLocal> _locals = [];
    private readonly Dictionary<ulong, int> _localIds = [];
    private readonly List<RegisterFlying> _messages = [];
    private readonly Dictionary<ulong, int> _messageIds = [];
    private readonly Dictionary<(int Local, RegisterEvent What, int Argument), (int To, int[] Sends)> _known = [];

    public RegisterWorld(RegisterSetup setup, Nodes nodes)
    {
        (Setup, _nodes) = (setup, nodes);
        _names =
        [
            .. Enumerable.Range(1, setup.Nodes).Select(n => new ViewServiceName($"v{n}", new NodeAddress($"v{n}"))),
        ];
    }

    public RegisterSetup Setup { get; }

    public RegisterLocal Local(int id) => _locals[id];

    public RegisterFlying Message(int id) => _messages[id];

    public bool Leads(int local) => _locals[local].Node.LeadsTerm > 0;

    /// <summary>All run, and have done nothing yet but to begin.</summary>
    public RegisterModelState First()
    {
        var state = new RegisterModelState([], [], Setup.Budget, [], 0, Setup.Nodes);
        for (var slot = 0; slot < Setup.Nodes; slot++)
        {
            var (local, sends) = Begin(slot, new RegisterState((ulong)slot + 1, 0, 0, null));
            state = state with { Locals = state.Locals.Add(local), Flight = With(state.Flight, sends) };
            state = Counting(state, _locals[local], out _);
        }
        var script = new RegisterScript(this, state);
        Setup.Prefix(script);
        return script.State;
    }

    public void Enabled(RegisterModelState state, List<RegisterAction> enabled)
    {
        enabled.Clear();
        foreach (var id in state.Flight)
        {
            var slot = _messages[id].To;
            var (to, sends) = Made(state, new RegisterAction(RegisterEvent.Deliver, slot, id));
            // Who learns nothing from it, and says nothing, might as well not have got it.
            if (to == state.Locals[slot] && sends.Length == 0)
                continue;
            enabled.Add(new RegisterAction(RegisterEvent.Deliver, slot, id));
            if (state.Budget.Left(RegisterEvent.Repeat) > 0)
                enabled.Add(new RegisterAction(RegisterEvent.Repeat, slot, id));
        }
        for (var what = RegisterEvent.Miss; what <= RegisterEvent.Add; what++)
        {
            if (state.Budget.Left(what) == 0)
                continue;
            for (var slot = 0; slot < Setup.Nodes; slot++)
            {
                if (Setup.Allows(what, slot) && IsPossible(state, what, slot))
                    enabled.Add(new RegisterAction(what, slot, ArgumentOf(state, what, slot)));
            }
        }
    }

    public RegisterStep Apply(RegisterModelState state, RegisterAction action, bool charge = true)
    {
        var (what, slot, _) = action;
        var from = _locals[state.Locals[slot]];
        var (to, sends) = Made(state, action);
        var flight = what == RegisterEvent.Deliver ? state.Flight.Remove(action.Argument) : state.Flight;
        var after = state with
        {
            Locals = state.Locals.SetItem(slot, to),
            Flight = With(flight, sends),
            Budget = charge ? state.Budget.Less(what) : state.Budget,
            Disks = what == RegisterEvent.LoseDisk ? state.Disks + 1 : state.Disks,
            Number = 0,
        };
        var local = _locals[to];
        after = Doom(after, from, local, action);
        after = Counting(after, local, out var counts);
        return new RegisterStep(state, action, after, from, local)
        {
            Counts = counts,
            Decided = DecisionOf(state, from, local) is not null,
        };
    }

    /// <summary>The decision that this step answers; null where it answers none.</summary>
    public static long? DecisionOf(RegisterModelState _, RegisterLocal from, RegisterLocal to)
    {
        for (var decision = 1; decision < FirstBarrier + 16; decision++)
        {
            if (to.Node.IsDecided(decision) && (from.Node.Term != to.Node.Term || !from.Node.IsDecided(decision)))
                return decision;
        }
        return null;
    }

    public static bool IsBarrier(long decision) => decision >= FirstBarrier;

    public ulong PrintOf(RegisterModelState state)
    {
        var print = default(Fingerprint);
        foreach (var id in state.Locals)
            print.Add((long)id);
        print.Add(state.Budget.Word);
        print.Add((long)state.Doomed);
        foreach (var id in state.Flight)
            print.Add((long)id);
        foreach (var entry in state.Counted)
            AddTo(ref print, entry);
        return print.Value;
    }

    /// <summary>Of an action in any search of this set-up.</summary>
    public string KeyOf(RegisterAction action) =>
        action.What is RegisterEvent.Deliver or RegisterEvent.Repeat
            ? $"{(int)action.What}-{_messages[action.Argument].Print:x}"
            : $"{(int)action.What}-{action.Slot}-{action.Argument}";

    private bool IsPossible(RegisterModelState state, RegisterEvent what, int slot)
    {
        var node = _locals[state.Locals[slot]].Node;
        return what switch
        {
            RegisterEvent.Miss => node.Leader is { } leader && leader != _names[slot].Address,
            RegisterEvent.Patience or RegisterEvent.Transfer => true,
            RegisterEvent.DecideMemory or RegisterEvent.DecideNothing => node.LeadsTerm > 0,
            RegisterEvent.Remove or RegisterEvent.Add => node.LeadsTerm > 0,
            RegisterEvent.LoseDisk => IsWhole(state),
            _ => true,
        };
    }

    /// <summary>Before there is a group, or when all are in it: then one disk may be lost.</summary>
    private bool IsWhole(RegisterModelState state) =>
        state.Disks == Setup.Nodes
        || state.Locals.All(id =>
            _locals[id].Disk.Entry is { } entry && state.Locals.All(other => entry.Lists(_locals[other].Disk.Disk))
        );

    public int ArgumentOf(RegisterModelState state, RegisterEvent what, int slot) =>
        what switch
        {
            RegisterEvent.DecideMemory => state.Budget.Left(what),
            RegisterEvent.DecideNothing => FirstBarrier + state.Budget.Left(what),
            RegisterEvent.LoseDisk => state.Disks + 1,
            RegisterEvent.Remove => (slot + Setup.Nodes - state.Budget.Left(what)) % Setup.Nodes,
            _ => 0,
        };

    private (int To, int[] Sends) Made(RegisterModelState state, RegisterAction action)
    {
        var (what, slot, argument) = action;
        var from = state.Locals[slot];
        var key = (from, what == RegisterEvent.Repeat ? RegisterEvent.Deliver : what, argument);
        if (_known.TryGetValue(key, out var made))
            return made;
        made =
            what == RegisterEvent.LoseDisk ? Begin(slot, new RegisterState((ulong)argument, 0, 0, null))
            : what == RegisterEvent.Restart ? Begin(slot, _locals[from].Disk)
            : Run((Register)_locals[from].Node.Clone(), slot, _locals[from].Disk, (n, e) => Feed(n, action, e));
        _known.Add(key, made);
        return made;
    }

    private (int, int[]) Begin(int slot, RegisterState disk)
    {
        ImmutableArray<ViewServiceName> peers =
            !Setup.Grows ? _names
            : slot == 0 ? []
            : [_names[0], _names[slot]];
        var node = _nodes.Register(_names[slot], peers, _settings, disk, new ClusterId(100 + disk.Disk));
        return Run(node, slot, disk, static (node, effects) => node.Start(effects));
    }

    private void Feed(Register node, RegisterAction action, Effects effects)
    {
        switch (action.What)
        {
            case RegisterEvent.Miss:
                node.OnConnectionLost(node.Leader!.Value, effects);
                node.OnTimer(new PatienceTimer(), effects);
                break;
            case RegisterEvent.Patience:
                node.OnTimer(new PatienceTimer(), effects);
                break;
            case RegisterEvent.Tick:
                node.OnTimer(new RegisterTick(), effects);
                break;
            case RegisterEvent.DecideMemory:
                var memory = RegisterPromises.Memory(RegisterPromises.NumberOf(node.Entry!) * 10 + action.Argument);
                node.Decide(action.Argument, memory, effects);
                break;
            case RegisterEvent.DecideNothing:
                node.Decide(action.Argument, null, effects);
                break;
            case RegisterEvent.Transfer:
                node.Handle(Operator, new MemberRequest(MemberChange.Transfer, "", ""), effects);
                break;
            case RegisterEvent.Remove:
                node.Handle(Operator, new MemberRequest(MemberChange.Remove, _names[action.Argument].Id, ""), effects);
                break;
            case RegisterEvent.Add:
                var (id, address) = _names[action.Argument];
                node.Handle(Operator, new MemberRequest(MemberChange.Add, id, address.Value), effects);
                break;
            default:
                var message = _messages[action.Argument];
                node.Handle(_names[message.From].Address, message.Message, effects);
                break;
        }
    }

    private (int, int[]) Run(Register node, int slot, RegisterState disk, Action<Register, Effects> input)
    {
        var effects = new Effects();
        input(node, effects);
        var print = default(Fingerprint);
        print.Add((long)slot);
        node.AddTo(ref print);
        if (!_localIds.TryGetValue(print.Value, out var id))
        {
            _localIds.Add(print.Value, id = _locals.Count);
            _locals.Add(new RegisterLocal(id, node, effects.Register ?? disk));
        }
        return (id, [.. effects.Messages.Select(sent => Intern(slot, sent)).Where(message => message >= 0)]);
    }

    private int Intern(int from, Outgoing sent)
    {
        var to = 0;
        while (to < _names.Length && _names[to].Address != sent.To)
            to++;
        if (to == _names.Length)
            return -1;
        var print = default(Fingerprint);
        print.Add((long)(from * 16 + to));
        sent.Message.AddTo(ref print);
        if (_messageIds.TryGetValue(print.Value, out var id))
            return id;
        _messageIds.Add(print.Value, id = _messages.Count);
        _messages.Add(new RegisterFlying(id, print.Value, from, to, sent.Message));
        return id;
    }

    private static ImmutableArray<int> With(ImmutableArray<int> flight, int[] sends) =>
        sends.Length == 0 ? flight : [.. flight.Union(sends).Order()];

    private static RegisterModelState Doom(
        RegisterModelState state,
        RegisterLocal from,
        RegisterLocal to,
        RegisterAction action
    )
    {
        var bit = 1 << action.Slot;
        if (action.What == RegisterEvent.DecideNothing && state.Counted.Exists(entry => entry.Term > to.Node.Term))
            return state with { Doomed = state.Doomed | bit };
        return action.What == RegisterEvent.DecideMemory || from.Node.LeadsTerm != to.Node.LeadsTerm
            ? state with
            {
                Doomed = state.Doomed & ~bit,
            }
            : state;
    }

    private static RegisterModelState Counting(RegisterModelState state, RegisterLocal local, out RegisterEntry? counts)
    {
        counts = local.Node.Counting;
        if (counts is not { } entry || state.Counted.Exists(known => RegisterPromises.AreSame(known, entry)))
        {
            counts = null;
            return state;
        }
        var at = state.Counted.FindLastIndex(known => known.Index <= entry.Index);
        return state with { Counted = state.Counted.Insert(at + 1, entry) };
    }

    private static void AddTo(ref Fingerprint print, RegisterEntry entry)
    {
        var writer = WireWriter.Rent();
        entry.Write(writer);
        print.Add(writer.Return());
    }
}
