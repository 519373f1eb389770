using System.Runtime.InteropServices;

namespace PbKv.Checking;

/// <summary>The steps that a state allows, and what each leads to.</summary>
internal sealed class ModelMoves(ModelUniverse universe)
{
    private const int MostCopies = 2;

    private readonly ModelSetup _setup = universe.Setup;
    private readonly List<int> _flight = [];

    public ModelState First()
    {
        var state = new ModelState
        {
            Locals = [.. Enumerable.Repeat(ModelState.Gone, _setup.Slots)],
            Flight = [],
            Budget = _setup.Budget,
            Fingerprint = ModelState.RestFingerprint(
                _setup.Budget,
                0,
                0,
                universe.Histories[0].Fingerprint,
                0,
                default
            ),
        };
        for (var slot = 0; slot < _setup.Slots; slot++)
            state = After(state, slot, universe.Begin(slot, 0, null), -1, state.Budget);
        return state;
    }

    /// <summary>Every step but those that change nothing.</summary>
    public void Enabled(ModelState state, List<ModelAction> actions)
    {
        actions.Clear();
        AddDeliveries(state, actions);
        for (var slot = 0; slot < state.Locals.Length; slot++)
        {
            if (state.Locals[slot] == ModelState.Gone)
            {
                if (_setup.IsServer(slot) && state.Budget[Allowance.Restart] > 0)
                    actions.Add(new ModelAction(ModelActionKind.Restart, slot, 0));
                continue;
            }
            var local = universe.Local(state.Locals[slot]);
            AddTimers(state, local, actions);
            if (_setup.IsClerk(slot) && !local.Busy && local.Begun < _setup.Clerks[slot - 1 - _setup.Servers].Length)
                actions.Add(new ModelAction(ModelActionKind.Begin, slot, 0));
            if (_setup.IsServer(slot))
                AddServerFaults(state, local, actions);
        }
        AddViewServiceFaults(state, actions);
        foreach (var (from, to) in _setup.Cuts)
        {
            if (state.Budget[Allowance.Cut] > 0 && !state.IsCut(from, to))
                actions.Add(new ModelAction(ModelActionKind.Cut, from, to));
        }
    }

    /// <param name="charge">False for scripts: they may do what a search is not allowed.</param>
    /// <param name="last">What the node made of it, where a node was concerned.</param>
    public ModelState Apply(ModelState state, ModelAction action, bool charge, out LocalTransition? last)
    {
        last = null;
        var budget = charge ? Charged(state, action) : state.Budget;
        switch (action.Kind)
        {
            case ModelActionKind.Deliver or ModelActionKind.Repeat:
                last = universe.Step(universe.Local(state.Locals[action.Slot]), action);
                return After(
                    state,
                    action.Slot,
                    last,
                    action.Kind == ModelActionKind.Deliver ? action.Argument : -1,
                    budget
                );
            case ModelActionKind.Crash:
                return WithNode(state, action.Slot, budget);
            case ModelActionKind.Restart:
                last = universe.Begin(action.Slot, state.LivesOf(action.Slot) + 1, null);
                return After(state, action.Slot, last, -1, budget, newLife: true);
            case ModelActionKind.RestartViewService or ModelActionKind.ForgetViewService:
                var memory = action.Kind == ModelActionKind.RestartViewService ? universe.Memory(state.Memory) : null;
                last = universe.Begin(0, state.LivesOf(0) + 1, memory);
                return After(state, 0, last, -1, budget, newLife: true);
            case ModelActionKind.Cut:
                return Change(state, state.Flight, budget, state.Cuts ^ (1UL << (8 * action.Slot + action.Argument)));
            case ModelActionKind.Elect:
                last = universe.Step(universe.Local(state.Locals[action.Slot]), action);
                var led = WithLog(state, ModelLog.LedBy(action.Slot), state.Memory);
                return After(led, action.Slot, last, -1, budget, newLife: true);
            case ModelActionKind.Commit:
                last = universe.Step(universe.Local(state.Locals[action.Slot]), action);
                return After(Committed(state), action.Slot, last, -1, budget);
            case ModelActionKind.CommitUnheard:
                return Committed(state);
            case ModelActionKind.Lose:
                _flight.Clear();
                _flight.AddRange(state.Flight);
                _flight.Remove(action.Argument);
                return Change(state, [.. _flight], budget, state.Cuts);
            default:
                last = universe.Step(universe.Local(state.Locals[action.Slot]), action);
                return After(state, action.Slot, last, -1, budget, begins: action.Kind == ModelActionKind.Begin);
        }
    }

    private void AddDeliveries(ModelState state, List<ModelAction> actions)
    {
        var before = -1;
        foreach (var id in state.Flight)
        {
            if (id == before)
                continue;
            before = id;
            var slot = universe.Message(id).ToSlot;
            if (state.Locals[slot] == ModelState.Gone)
                continue;
            var action = new ModelAction(ModelActionKind.Deliver, slot, id);
            if (universe.Step(universe.Local(state.Locals[slot]), action).ChangesNothing)
                continue;
            actions.Add(action);
            if (state.Budget[Allowance.Repeat] > 0)
                actions.Add(action with { Kind = ModelActionKind.Repeat });
        }
    }

    private void AddTimers(ModelState state, LocalState local, List<ModelAction> actions)
    {
        foreach (var timer in local.Timers)
        {
            if (state.Budget.Ticks(local.Slot) > 0 || !IsSlow(timer))
                actions.Add(new ModelAction(ModelActionKind.Timer, local.Slot, timer));
            if (state.Budget[Allowance.Late] > 0 && universe.Timer(timer) is ViewServiceTick or ReplicaTick)
                actions.Add(new ModelAction(ModelActionKind.LateTimer, local.Slot, timer));
        }
    }

    private void AddServerFaults(ModelState state, LocalState local, List<ModelAction> actions)
    {
        if (state.Budget[Allowance.Crash] > 0 && (_setup.MayCrash.IsEmpty || _setup.MayCrash.Contains(local.Slot)))
            actions.Add(new ModelAction(ModelActionKind.Crash, local.Slot, 0));
        if (state.Budget[Allowance.Leave] > 0 && local.Node is ReplicaNode { Leaving: false })
            actions.Add(new ModelAction(ModelActionKind.Leave, local.Slot, 0));
    }

    private void AddViewServiceFaults(ModelState state, List<ModelAction> actions)
    {
        if (!_setup.IsGroup)
        {
            if (state.Budget[Allowance.ViewServiceRestart] > 0)
                actions.Add(new ModelAction(ModelActionKind.RestartViewService, 0, 0));
            if (state.Budget[Allowance.ViewServiceForget] > 0)
                actions.Add(new ModelAction(ModelActionKind.ForgetViewService, 0, 0));
        }
        for (var slot = 0; slot < _setup.Slots; slot++)
        {
            if (!_setup.IsViewService(slot))
                continue;
            AddSuspicions(state, slot, actions);
            if (_setup.IsGroup)
                AddDecisions(state, slot, actions);
        }
    }

    private void AddSuspicions(ModelState state, int viewService, List<ModelAction> actions)
    {
        for (var server = 1; server <= _setup.Servers; server++)
        {
            // Of a dead server the view service may learn at any time; that a live one is dead it may think as often as
            // is allowed.
            if (state.Locals[server] != ModelState.Gone && state.Budget[Allowance.Suspicion] == 0)
                continue;
            var action = new ModelAction(ModelActionKind.Suspect, viewService, server);
            if (!universe.Step(universe.Local(state.Locals[viewService]), action).ChangesNothing)
                actions.Add(action);
        }
    }

    /// <summary>
    /// What an election or a decision can come to at a view service. One that leads no more may learn that late, or
    /// never; what it waits for is not decided.
    /// </summary>
    private void AddDecisions(ModelState state, int slot, List<ModelAction> actions)
    {
        if (state.Budget[Allowance.ViewServiceRestart] > 0)
            actions.Add(Election(state, slot));
        var member = universe.Member(state, slot);
        var leads = state.Log.Leader == slot;
        if (member.IsHolding)
            actions.Add(new ModelAction(ModelActionKind.Beat, slot));
        if (leads && member.IsDeciding)
            actions.Add(new ModelAction(ModelActionKind.Commit, slot));
        if (leads && state.Log.Proposed != 0)
            actions.Add(new ModelAction(ModelActionKind.CommitUnheard, slot));
        if (member.IsDeciding)
            actions.Add(new ModelAction(ModelActionKind.Fail, slot));
        if (!leads && member.Acting is not null)
            actions.Add(new ModelAction(ModelActionKind.Depose, slot));
    }

    public static ModelAction Election(ModelState state, int slot) =>
        new(ModelActionKind.Elect, slot, ModelUniverse.Election(state.Memory, state.LivesOf(slot) + 1));

    /// <summary>What brings the leading view service on, where all goes well.</summary>
    public static ModelAction? ToDecide(ViewServiceMember member, int slot) =>
        member.IsHolding ? new ModelAction(ModelActionKind.Beat, slot)
        : member.IsDeciding ? new ModelAction(ModelActionKind.Commit, slot)
        : null;

    private ModelState Committed(ModelState state) =>
        state.Log.Proposed is not 0 and var memory ? WithLog(state, state.Log.With(0), memory) : state;

    /// <summary>Ticks, and a clerk's pause, are what time costs; other timers are over at once.</summary>
    private bool IsSlow(int timer) =>
        universe.Timer(timer) is ViewServiceTick or ReplicaTick or ClerkTick or RetryTimer;

    private ModelBudget Charged(ModelState state, ModelAction action)
    {
        var budget = state.Budget;
        return action.Kind switch
        {
            ModelActionKind.Repeat => budget.Less(Allowance.Repeat),
            ModelActionKind.Timer => IsSlow(action.Argument) ? budget.Less(Allowance.Ticks + action.Slot) : budget,
            ModelActionKind.LateTimer => budget.Less(Allowance.Late),
            ModelActionKind.Suspect => state.Locals[action.Argument] == ModelState.Gone
                ? budget
                : budget.Less(Allowance.Suspicion),
            ModelActionKind.Crash => budget.Less(Allowance.Crash),
            ModelActionKind.Restart => budget.Less(Allowance.Restart),
            ModelActionKind.Leave => budget.Less(Allowance.Leave),
            ModelActionKind.RestartViewService or ModelActionKind.Elect => budget.Less(Allowance.ViewServiceRestart),
            ModelActionKind.ForgetViewService => budget.Less(Allowance.ViewServiceForget),
            ModelActionKind.Cut => budget.Less(Allowance.Cut),
            _ => budget,
        };
    }

    private ModelState After(
        ModelState state,
        int slot,
        LocalTransition transition,
        int delivered,
        ModelBudget budget,
        bool newLife = false,
        bool begins = false
    )
    {
        var locals = (int[])state.Locals.Clone();
        locals[slot] = transition.MayStop ? ModelState.Gone : transition.To.Id;
        var print = state.Fingerprint - PrintOf(state.Locals[slot]) + PrintOf(locals[slot]);
        var flight = Flight(state, slot, transition.Sends, delivered, ref print);
        var history = HistoryAfter(state, slot, transition, begins);
        var (memory, log) = (state.Memory, state.Log);
        if (transition.Memory is { } written && !_setup.IsGroup)
            memory = universe.Intern(written);
        else if (transition.Decides && log.Leader == slot)
            log = log.With(transition.Memory is { } proposed ? universe.Intern(proposed) : 0);
        var lives = newLife ? state.Lives + (1UL << (8 * slot)) : state.Lives;
        if (
            budget != state.Budget
            || lives != state.Lives
            || history != state.History
            || memory != state.Memory
            || log != state.Log
        )
            print += Rest(budget, state.Cuts, lives, history, memory, log) - Rest(state);
        return state with
        {
            Locals = locals,
            Flight = flight,
            Budget = budget,
            Lives = lives,
            History = history,
            Memory = memory,
            Log = log,
            Fingerprint = print,
        };
    }

    private ModelState WithLog(ModelState state, ModelLog log, int memory)
    {
        var after = state with { Log = log, Memory = memory };
        return after with { Fingerprint = state.Fingerprint + Rest(after) - Rest(state) };
    }

    private int HistoryAfter(ModelState state, int slot, LocalTransition transition, bool begins)
    {
        if (!_setup.IsClerk(slot))
            return state.History;
        var clerk = slot - 1 - _setup.Servers;
        var history = state.History;
        if (begins)
            history = universe.Histories.Add(history, clerk, transition.To.Begun - 1, false, default, default);
        foreach (var completion in transition.Completions)
            history = universe.Histories.Add(
                history,
                clerk,
                (int)completion.Call,
                true,
                completion.Status,
                completion.Value
            );
        return history;
    }

    private int[] Flight(ModelState state, int from, int[] sends, int delivered, ref ulong print)
    {
        if (sends.Length == 0 && delivered < 0)
            return state.Flight;
        _flight.Clear();
        _flight.AddRange(state.Flight);
        if (delivered >= 0)
        {
            _flight.RemoveAt(_flight.BinarySearch(delivered));
            print -= universe.Message(delivered).Fingerprint;
        }
        foreach (var id in sends)
        {
            var message = universe.Message(id);
            if (state.IsCut(from, message.ToSlot) || !MayLive(state, message.ToSlot))
                continue;
            var place = CollectionsMarshal.AsSpan(_flight).BinarySearch(id);
            if (place >= 0 && Copies(place, id) >= MostCopies)
                continue;
            _flight.Insert(place >= 0 ? place : ~place, id);
            print += message.Fingerprint;
        }
        return [.. _flight];
    }

    private int Copies(int place, int id)
    {
        var copies = 1;
        for (var i = place - 1; i >= 0 && _flight[i] == id; i--)
            copies++;
        for (var i = place + 1; i < _flight.Count && _flight[i] == id; i++)
            copies++;
        return copies;
    }

    private bool MayLive(ModelState state, int slot) =>
        state.Locals[slot] != ModelState.Gone || state.Budget[Allowance.Restart] > 0;

    /// <summary>A crash. What is on its way to the address stays there only if somebody may live at it again.</summary>
    private ModelState WithNode(ModelState state, int slot, ModelBudget budget)
    {
        var locals = (int[])state.Locals.Clone();
        locals[slot] = ModelState.Gone;
        var flight =
            budget[Allowance.Restart] > 0
                ? state.Flight
                : [.. state.Flight.Where(id => universe.Message(id).ToSlot != slot)];
        var without = state with { Locals = locals, Fingerprint = state.Fingerprint - PrintOf(state.Locals[slot]) };
        return Change(without, flight, budget, state.Cuts);
    }

    private ModelState Change(ModelState state, int[] flight, ModelBudget budget, ulong cuts)
    {
        var print =
            state.Fingerprint + Rest(budget, cuts, state.Lives, state.History, state.Memory, state.Log) - Rest(state);
        if (!ReferenceEquals(flight, state.Flight))
            print += Sum(flight) - Sum(state.Flight);
        return state with { Flight = flight, Budget = budget, Cuts = cuts, Fingerprint = print };
    }

    public ModelState WithBudget(ModelState state, ModelBudget budget) =>
        Change(state, state.Flight, budget, state.Cuts);

    private ulong Sum(int[] flight)
    {
        ulong sum = 0;
        foreach (var id in flight)
            sum += universe.Message(id).Fingerprint;
        return sum;
    }

    private ulong PrintOf(int local) => local == ModelState.Gone ? 0 : universe.Local(local).Fingerprint;

    private ulong Rest(ModelState state) =>
        Rest(state.Budget, state.Cuts, state.Lives, state.History, state.Memory, state.Log);

    private ulong Rest(ModelBudget budget, ulong cuts, ulong lives, int history, int memory, ModelLog log) =>
        ModelState.RestFingerprint(budget, cuts, lives, universe.Histories[history].Fingerprint, memory, log);
}
