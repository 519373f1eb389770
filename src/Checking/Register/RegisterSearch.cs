using System.Diagnostics;

namespace PbKv.Checking;

/// <summary>
/// Breadth first through what may happen to view services that keep an entry together, then at random, which sees less
/// and farther.
/// </summary>
internal sealed class RegisterSearch
{
    private const int LongestWalk = 80;

    private readonly RegisterSetup _setup;
    private readonly SearchLimits _limits;
    private readonly RegisterWorld _world;
    private readonly HashSet<ulong> _seen = [];
    private readonly List<(int Parent, RegisterAction Action)> _steps = [];
    private readonly List<RegisterGoal> _open;
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private Violation? _violation;
    private List<RegisterAction> _trace = [];
    private long _walked;

    public RegisterSearch(RegisterSetup setup, Nodes nodes, SearchLimits limits)
    {
        (_setup, _limits) = (setup, limits);
        _world = new RegisterWorld(setup, nodes);
        _open = [.. setup.Goals];
    }

    public SetupReport Run(Action? progress = null)
    {
        var first = _world.First();
        _seen.Add(_world.PrintOf(first));
        _steps.Add((-1, default));
        var (frontier, next) = (new List<RegisterModelState> { first }, new List<RegisterModelState>());
        var enabled = new List<RegisterAction>();
        var (depth, stopped) = (0, false);
        for (; frontier.Count > 0 && !stopped && _violation is null; depth++)
        {
            foreach (var state in frontier)
            {
                _world.Enabled(state, enabled);
                foreach (var action in enabled)
                    Take(state, action, next);
                stopped = _steps.Count >= _limits.MaxStates || _watch.Elapsed > _limits.Limit;
                if (stopped || _violation is not null)
                    break;
                if ((_steps.Count & 1023) < enabled.Count)
                    progress?.Invoke();
            }
            (frontier, next) = (next, frontier);
            next.Clear();
        }
        var seconds = _watch.Elapsed.TotalSeconds;
        Walk(first);
        return Report(depth, seconds, frontier.Count == 0);
    }

    /// <summary>Tells the steps of a violation again.</summary>
    public SetupReport Replay(string keys)
    {
        var state = _world.First();
        var enabled = new List<RegisterAction>();
        foreach (var key in keys.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            _world.Enabled(state, enabled);
            var at = enabled.FindIndex(action => _world.KeyOf(action) == key);
            if (at < 0)
                throw new ArgumentException(
                    $"step {_trace.Count + 1} (\"{key}\") is not possible in set-up {_setup.Name}: the trace is of "
                        + "another version of the protocol",
                    nameof(keys)
                );
            var step = _world.Apply(state, enabled[at]);
            _trace.Add(enabled[at]);
            state = step.After;
            _violation = RegisterPromises.Check(_world, step);
            if (_violation is not null)
                break;
        }
        _violation ??= RegisterPromises.CheckProgress(_world, state);
        _open.Clear();
        return Report(_trace.Count, 0, false);
    }

    private void Take(RegisterModelState state, RegisterAction action, List<RegisterModelState> next)
    {
        if (_violation is not null)
            return;
        var step = _world.Apply(state, action);
        if (!_seen.Add(_world.PrintOf(step.After)))
            return;
        var after = step.After with { Number = _steps.Count };
        _steps.Add((state.Number, action));
        _violation = RegisterPromises.Check(_world, step);
        if (_limits.ProgressEvery > 0 && after.Number % _limits.ProgressEvery == 0)
            _violation ??= RegisterPromises.CheckProgress(_world, after);
        if (_violation is not null)
        {
            for (var number = after.Number; number > 0; number = _steps[number].Parent)
                _trace.Insert(0, _steps[number].Action);
            return;
        }
        _open.RemoveAll(goal => goal.Reached(_world, step));
        next.Add(after);
    }

    private void Walk(RegisterModelState first)
    {
        var chance = new Chance((ulong)_setup.Name.Length);
        var enabled = new List<RegisterAction>();
        while (_walked < _limits.WalkSteps && _violation is null)
        {
            _trace.Clear();
            var state = first;
            for (var length = 0; length < LongestWalk && _violation is null; length++, _walked++)
            {
                _world.Enabled(state, enabled);
                if (enabled.Count == 0)
                    break;
                var action = enabled[chance.Below(enabled.Count)];
                var step = _world.Apply(state, action);
                _trace.Add(action);
                state = step.After;
                _violation = RegisterPromises.Check(_world, step);
                _open.RemoveAll(goal => goal.Reached(_world, step));
            }
            _walked++;
        }
        if (_walked > 0 && _violation is { } found)
            Shorten(first, found.Invariant);
    }

    /// <summary>Takes out every step without which the rest still ends in the same violation.</summary>
    private void Shorten(RegisterModelState first, string invariant)
    {
        for (var i = _trace.Count - 2; i >= 0; i--)
        {
            var without = _trace.Where((_, at) => at != i).ToList();
            if (!Ends(first, without, invariant))
                continue;
            _trace = without;
            i = _trace.Count - 1;
        }
    }

    private bool Ends(RegisterModelState state, List<RegisterAction> trace, string invariant)
    {
        var enabled = new List<RegisterAction>();
        for (var i = 0; i < trace.Count; i++)
        {
            _world.Enabled(state, enabled);
            if (!enabled.Contains(trace[i]))
                return false;
            var step = _world.Apply(state, trace[i]);
            if (RegisterPromises.Check(_world, step) is { } broken)
            {
                _violation = broken.Invariant == invariant ? broken : _violation;
                trace.RemoveRange(i + 1, trace.Count - i - 1);
                return broken.Invariant == invariant;
            }
            state = step.After;
        }
        return false;
    }

    private SetupReport Report(int depth, double seconds, bool exhausted) =>
        new(
            _setup.Name,
            _setup.About,
            _steps.Count,
            depth,
            _steps.Count / Math.Max(seconds, 1e-6),
            _walked,
            exhausted,
            _setup.Goals.ToDictionary(goal => goal.Name, goal => !_open.Contains(goal), StringComparer.Ordinal),
            _violation is { } found ? [Tell(found)] : []
        );

    private CheckViolation Tell(Violation found)
    {
        var (lines, state) = (new List<string>(), _world.First());
        foreach (var action in _trace)
        {
            var step = _world.Apply(state, action);
            state = step.After;
            var what = action.What is RegisterEvent.Deliver or RegisterEvent.Repeat
                ? $"{action.What} {MessageText.Of(_world.Message(action.Argument).Message)}"
                : $"{action.What} {action.Argument}";
            var node = step.To!.Node;
            var leads = node.LeadsTerm > 0 ? ", leads" : "";
            lines.Add(
                $"{lines.Count + 1} v{action.Slot + 1}: {what} -> term {node.Term}{leads}, "
                    + RegisterPromises.Text(node.Entry)
            );
        }
        var keys = string.Join('.', _trace.Select(_world.KeyOf));
        return new CheckViolation(
            found.Invariant,
            found.Text,
            lines,
            $"pbkv check --setup {_setup.Name} --replay {keys}"
        );
    }
}
