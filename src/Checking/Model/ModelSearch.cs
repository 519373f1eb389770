using System.Diagnostics;

namespace PbKv.Checking;

/// <param name="MaxStates">Distinct states after which a search ends.</param>
/// <param name="Limit">Time after which it ends.</param>
internal sealed record SearchLimits(int MaxStates, TimeSpan Limit)
{
    /// <summary>Steps of random walks after the search: they see little, but far away.</summary>
    public long WalkSteps { get; init; }

    /// <summary>One of so many states is tried for progress; 0 for none.</summary>
    public int ProgressEvery { get; init; } = 499;
}

/// <param name="Trace">The steps to the violation, those of the script included.</param>
internal sealed record ModelViolation(Violation Violation, IReadOnlyList<ModelAction> Trace);

internal sealed record SearchResult(
    ModelUniverse Universe,
    int States,
    int Depth,
    double Seconds,
    long WalkSteps,
    IReadOnlyDictionary<string, bool> Goals,
    ModelViolation? Violation,
    bool Exhausted,
    int ProgressSamples
)
{
    public double StatesPerSecond => States / Math.Max(Seconds, 1e-6);
}

/// <summary>
/// Breadth first through the states of a set-up: the first violation that it meets has a shortest trace.
/// </summary>
internal sealed class ModelSearch
{
    private const int Deepest = 200;

    private readonly ModelSetup _setup;
    private readonly SearchLimits _limits;
    private readonly ModelUniverse _universe;
    private readonly ModelMoves _moves;
    private readonly ModelInvariants _invariants;
    private readonly ModelLiveness _liveness;
    private readonly HashSet<ulong> _seen = [];
    private readonly List<int> _parents = [];
    private readonly List<ulong> _actions = [];
    private readonly List<ModelGoal> _open;
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private IReadOnlyList<ModelAction> _script = [];
    private ModelViolation? _violation;
    private ModelState? _first;
    private int _samples;

    public ModelSearch(ModelSetup setup, Nodes nodes, SearchLimits limits)
    {
        (_setup, _limits) = (setup, limits);
        _universe = new ModelUniverse(setup, nodes);
        _moves = new ModelMoves(_universe);
        _invariants = new ModelInvariants(_universe);
        _liveness = new ModelLiveness(_universe, _moves);
        _open = [.. setup.Goals];
    }

    /// <param name="progress">Called now and then.</param>
    public SearchResult Run(Action? progress = null)
    {
        var frontier = new List<ModelState> { FirstState() };
        var next = new List<ModelState>();
        var enabled = new List<ModelAction>();
        var depth = 0;
        var stopped = false;
        while (frontier.Count > 0 && depth < Deepest && !stopped && _violation is null)
        {
            foreach (var state in frontier)
            {
                _moves.Enabled(state, enabled);
                foreach (var action in enabled)
                    Take(state, action, next);
                if (_violation is not null || stopped)
                    break;
                if ((_parents.Count & 1023) < enabled.Count)
                    progress?.Invoke();
                stopped = _parents.Count >= _limits.MaxStates || _watch.Elapsed > _limits.Limit;
            }
            depth++;
            (frontier, next) = (next, frontier);
            next.Clear();
        }
        var seconds = _watch.Elapsed.TotalSeconds;
        var walked = Walk();
        var goals = _setup.Goals.ToDictionary(goal => goal.Name, goal => !_open.Contains(goal), StringComparer.Ordinal);
        return new SearchResult(
            _universe,
            _parents.Count,
            depth,
            seconds,
            walked,
            goals,
            _violation,
            frontier.Count == 0,
            _samples
        );
    }

    private ModelState FirstState()
    {
        var script = new ModelScript(_universe, _moves);
        _setup.Prefix(script);
        _script = script.Done;
        _first = script.State;
        Remember(script.State, -1, default);
        LookForGoals(script.State, null);
        return script.State;
    }

    private long Walk()
    {
        if (_limits.WalkSteps == 0 || _violation is not null)
            return 0;
        var walk = new ModelWalk(_universe, _moves, new Chance((ulong)_setup.Name.Length));
        var found = walk.Run(
            _first!,
            _limits.WalkSteps,
            (state, last) =>
            {
                if (_open.Count > 0)
                    LookForGoals(state, last);
            }
        );
        if (found is not null)
            _violation = found with { Trace = [.. _script, .. found.Trace] };
        return walk.Steps;
    }

    private void Take(ModelState state, ModelAction action, List<ModelState> next)
    {
        if (_violation is not null)
            return;
        var after = _moves.Apply(state, action, charge: true, out var last);
        if (!_seen.Add(after.Fingerprint))
            return;
        _parents.Add(state.Number);
        _actions.Add(action.Word);
        after.Number = _parents.Count - 1;
        var broken = _invariants.Check(state, after, action.Slot, last);
        if (broken is null && _limits.ProgressEvery > 0 && after.Number % _limits.ProgressEvery == 0)
        {
            _samples++;
            broken = _liveness.Check(after);
        }
        if (broken is not null)
        {
            _violation = new ModelViolation(broken, TraceTo(after.Number));
            return;
        }
        if (_open.Count > 0)
            LookForGoals(after, last);
        next.Add(after);
    }

    private void Remember(ModelState state, int parent, ModelAction action)
    {
        _seen.Add(state.Fingerprint);
        _parents.Add(parent);
        _actions.Add(action.Word);
        state.Number = _parents.Count - 1;
    }

    private void LookForGoals(ModelState state, LocalTransition? last)
    {
        var situation = new ModelSituation(_universe, state, last);
        _open.RemoveAll(goal => goal.Reached(situation));
    }

    private List<ModelAction> TraceTo(int number)
    {
        var steps = new List<ModelAction>();
        for (; _parents[number] >= 0; number = _parents[number])
            steps.Add(ModelAction.Of(_actions[number]));
        steps.Reverse();
        return [.. _script, .. steps];
    }
}
