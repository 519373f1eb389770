using System.Diagnostics;

namespace PbKv.Checking;

/// <summary>
/// Tells a trace for people: goes through it again with a clock for every node, so that each event has its stamp.
/// </summary>
internal sealed class ModelTrace
{
    private readonly ModelUniverse _universe;
    private readonly ModelMoves _moves;
    private readonly Dictionary<int, Queue<Stamp>> _stamps = [];
    private readonly NodeClock[] _clocks;
    private readonly List<string> _lines = [];

    private ModelTrace(ModelUniverse universe)
    {
        _universe = universe;
        _moves = new ModelMoves(universe);
        _clocks = [.. Enumerable.Range(0, universe.Setup.Slots).Select(slot => NewClock(slot, 0))];
    }

    public static IReadOnlyList<string> Tell(ModelUniverse universe, IReadOnlyList<ModelAction> trace)
    {
        var teller = new ModelTrace(universe);
        teller.Go(trace);
        return teller._lines;
    }

    /// <summary>A name of each step that does not depend on what a search met before it.</summary>
    public static string ReplayKey(ModelUniverse universe, IReadOnlyList<ModelAction> trace) =>
        string.Join('.', trace.Select(action => KeyOf(universe, action)));

    public static string KeyOf(ModelUniverse universe, ModelAction action)
    {
        var hash = new Fingerprint();
        hash.Add((long)action.Kind);
        hash.Add(action.Slot);
        switch (action.Kind)
        {
            case ModelActionKind.Deliver or ModelActionKind.Repeat or ModelActionKind.Lose:
                hash.Add(universe.Message(action.Argument).Fingerprint);
                break;
            case ModelActionKind.Timer or ModelActionKind.LateTimer:
                hash.Add(universe.Timer(action.Argument).ToString());
                break;
            case ModelActionKind.Elect:
                hash.Add(universe.Memory(action.Argument >> 8)?.ToString());
                hash.Add(action.Argument & 255);
                break;
            default:
                hash.Add(action.Argument);
                break;
        }
        return (hash.Value & 0xFFFFFF).ToString("x");
    }

    private NodeClock NewClock(int slot, int life) =>
        new(_universe.Setup.IsClerk(slot) ? null : new ServerId(_universe.Addresses[slot], life + 1));

    private void Go(IReadOnlyList<ModelAction> trace)
    {
        var state = _moves.First();
        foreach (var id in state.Flight)
            Sent(state, _universe.Message(id).FromSlot, [id]);
        for (var i = 0; i < trace.Count; i++)
        {
            var action = trace[i];
            var slot = action.Slot;
            Received(action);
            var after = _moves.Apply(state, action, charge: false, out var last);
            if (
                action.Kind
                is ModelActionKind.Restart
                    or ModelActionKind.RestartViewService
                    or ModelActionKind.ForgetViewService
            )
                _clocks[slot] = NewClock(slot, after.LivesOf(slot));
            if (last is { Sends.Length: > 0 })
                Sent(after, slot, last.Sends);
            _lines.Add($"{i + 1, 4}. {_universe.Addresses[slot], -3} {Text(action)}  {_clocks[slot].Now()}");
            if (last is not null)
                Consequences(state, after, slot, last);
            state = after;
        }
    }

    private void Received(ModelAction action)
    {
        if (action.Kind is not (ModelActionKind.Deliver or ModelActionKind.Repeat or ModelActionKind.Lose))
            return;
        if (!_stamps.TryGetValue(action.Argument, out var stamps) || stamps.Count == 0)
            return;
        var stamp = action.Kind == ModelActionKind.Repeat ? stamps.Peek() : stamps.Dequeue();
        if (action.Kind != ModelActionKind.Lose)
            _clocks[action.Slot].OnReceive(stamp);
    }

    private void Sent(ModelState after, int slot, int[] messages)
    {
        var stamp = _clocks[slot].OnSend();
        foreach (var id in messages)
        {
            if (Array.BinarySearch(after.Flight, id) < 0)
                continue; // Cut off, or to a server that is gone.
            if (!_stamps.TryGetValue(id, out var stamps))
                _stamps.Add(id, stamps = new Queue<Stamp>());
            stamps.Enqueue(stamp);
        }
    }

    private void Consequences(ModelState before, ModelState after, int slot, LocalTransition last)
    {
        foreach (var id in last.Sends)
        {
            if (_universe.Message(id) is { Message: not Ping } message)
                _lines.Add($"        → {_universe.Addresses[message.ToSlot]}: {MessageText.Of(message.Message)}");
        }
        foreach (var completion in last.Completions)
            _lines.Add($"        => operation {completion.Call}: {completion.Status} \"{completion.Value}\"");
        if (before.Locals[slot] == ModelState.Gone)
            return;
        var view = last.To.View;
        if (view != _universe.Local(before.Locals[slot]).View)
            _lines.Add($"        view {view}");
        if (after.Locals[slot] == ModelState.Gone)
            _lines.Add("        it may stop, and does");
    }

    private string Text(ModelAction action) =>
        action.Kind switch
        {
            ModelActionKind.Deliver or ModelActionKind.Repeat or ModelActionKind.Lose => TextOf(
                action.Kind,
                _universe.Message(action.Argument)
            ),
            ModelActionKind.Timer => _universe.Timer(action.Argument).GetType().Name,
            ModelActionKind.LateTimer => $"{_universe.Timer(action.Argument).GetType().Name}, late",
            ModelActionKind.Begin => "begins its next operation",
            ModelActionKind.Suspect => $"takes {_universe.Addresses[action.Argument]} for dead",
            ModelActionKind.Crash => "dies",
            ModelActionKind.Restart => "starts again, empty",
            ModelActionKind.Reset => $"is told to reset to {_universe.Addresses[action.Argument]}",
            ModelActionKind.Leave => "is asked to leave",
            ModelActionKind.RestartViewService => "dies and goes on with what it wrote down",
            ModelActionKind.ForgetViewService => "dies and begins anew",
            ModelActionKind.Elect => "is chosen",
            ModelActionKind.Commit => "hears that what it waits for is decided",
            ModelActionKind.CommitUnheard => "does not hear that what it proposed is in the log",
            ModelActionKind.Fail => "is told that what it waits for is not decided",
            ModelActionKind.Beat => "asks for what waits for that",
            ModelActionKind.Depose => "hears that another one was chosen",
            _ => $"can{(action.Kind == ModelActionKind.Cut ? "not" : "")} reach "
                + $"{_universe.Addresses[action.Argument]} any more (or again)",
        };

    private static string TextOf(ModelActionKind kind, FlyingMessage message)
    {
        var how = kind switch
        {
            ModelActionKind.Repeat => " (and a copy stays)",
            ModelActionKind.Lose => " is lost",
            _ => "",
        };
        return $"← {message.From}: {MessageText.Of(message.Message)}{how}";
    }
}

/// <summary>Goes through the steps of a trace again, by their names.</summary>
internal static class ModelReplay
{
    public static SetupReport Run(ModelSetup setup, string replay, Nodes nodes)
    {
        var universe = new ModelUniverse(setup, nodes);
        var moves = new ModelMoves(universe);
        var invariants = new ModelInvariants(universe);
        var state = moves.First();
        var trace = new List<ModelAction>();
        Violation? broken = null;
        var watch = Stopwatch.StartNew();
        foreach (var key in replay.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            var action =
                Possible(universe, state).Cast<ModelAction?>().FirstOrDefault(step => KeyOf(step) == key)
                ?? throw new ArgumentException(
                    $"step {trace.Count + 1} (\"{key}\") is not possible in set-up {setup.Name}: the trace is of "
                        + "another version of the protocol",
                    nameof(replay)
                );
            trace.Add(action);
            var after = moves.Apply(state, action, charge: false, out var last);
            broken = invariants.Check(state, after, action.Slot, last);
            if (broken is not null)
                break;
            state = after;
        }
        broken ??= new ModelLiveness(universe, moves).Check(state);
        return CheckRunner.Report(
            setup,
            new SearchResult(
                universe,
                trace.Count,
                trace.Count,
                watch.Elapsed.TotalSeconds,
                0,
                ImmutableDictionary<string, bool>.Empty,
                broken is null ? null : new ModelViolation(broken, trace),
                false,
                0
            )
        );

        string KeyOf(ModelAction? step) => ModelTrace.KeyOf(universe, step!.Value);
    }

    /// <summary>Any step that the state allows with unlimited means, as scripts have them.</summary>
    private static IEnumerable<ModelAction> Possible(ModelUniverse universe, ModelState state)
    {
        var setup = universe.Setup;
        foreach (var id in state.Flight)
        {
            var slot = universe.Message(id).ToSlot;
            yield return new ModelAction(ModelActionKind.Lose, 0, id);
            if (state.Locals[slot] == ModelState.Gone)
                continue;
            yield return new ModelAction(ModelActionKind.Deliver, slot, id);
            yield return new ModelAction(ModelActionKind.Repeat, slot, id);
        }
        for (var slot = 0; slot < setup.Slots; slot++)
        {
            if (setup.IsViewService(slot))
            {
                for (var server = 1; server <= setup.Servers; server++)
                    yield return new ModelAction(ModelActionKind.Suspect, slot, server);
            }
            if (setup.IsGroup && setup.IsViewService(slot))
            {
                yield return ModelMoves.Election(state, slot);
                yield return new ModelAction(ModelActionKind.Commit, slot);
                yield return new ModelAction(ModelActionKind.CommitUnheard, slot);
                yield return new ModelAction(ModelActionKind.Fail, slot);
                yield return new ModelAction(ModelActionKind.Depose, slot);
                yield return new ModelAction(ModelActionKind.Beat, slot);
            }
            if (state.Locals[slot] == ModelState.Gone)
            {
                yield return new ModelAction(ModelActionKind.Restart, slot, 0);
                continue;
            }
            foreach (var timer in universe.Local(state.Locals[slot]).Timers)
            {
                yield return new ModelAction(ModelActionKind.Timer, slot, timer);
                yield return new ModelAction(ModelActionKind.LateTimer, slot, timer);
            }
            if (setup.IsClerk(slot))
                yield return new ModelAction(ModelActionKind.Begin, slot, 0);
            yield return new ModelAction(ModelActionKind.Crash, slot, 0);
            if (setup.IsServer(slot))
                yield return new ModelAction(ModelActionKind.Leave, slot, 0);
            for (var other = 0; other < setup.Slots; other++)
                yield return new ModelAction(ModelActionKind.Cut, slot, other);
        }
        yield return new ModelAction(ModelActionKind.RestartViewService, 0, 0);
        yield return new ModelAction(ModelActionKind.ForgetViewService, 0, 0);
    }
}
