namespace PbKv.Checking;

/// <summary>
/// A client with a clerk: does its operations one after another or a few at once, and writes down what it was told.
/// </summary>
internal sealed class SimulatedClient
{
    private const OperationKind Get = OperationKind.Get,
        Put = OperationKind.Put,
        PutHash = OperationKind.PutHash,
        Append = OperationKind.Append,
        Look = OperationKind.Look,
        Change = OperationKind.Change;

    private static readonly OperationKind[][] Mixes =
    [
        [Get, Put, PutHash, Append],
        [Get, Get, Get, Put],
        [Append, Append, Get],
        [PutHash, PutHash, Get],
        [Get, Append, Append, Append, Put],
        [Look, Change, Change],
        [Look, Get, Change, Put, Append],
    ];

    private readonly World _world;
    private readonly Machine _machine;
    private readonly History _history;
    private readonly Chance _chance;
    private readonly SimulationPlan _plan;
    private readonly OperationKind[] _mix;
    private readonly Dictionary<int, Bytes> _looks = [];
    private readonly RandomChanges _changes;
    private readonly long _thinkUs;
    private readonly int _number;
    private readonly bool _mayDawdle;
    private readonly int _mostAtOnce;
    private int _left;
    private int _outstanding;

    public SimulatedClient(
        World world,
        SimulationPlan plan,
        Machine machine,
        ImmutableArray<NodeAddress> viewServices,
        int number,
        History history,
        Chance chance
    )
    {
        (_world, _plan, _machine, _history, _chance, _number) = (world, plan, machine, history, chance, number);
        _left = plan.OperationsPerClient;
        _mix = chance.OneOf(Mixes);
        _changes = new RandomChanges(chance);
        _mayDawdle = chance.Percent(30);
        // Where there is much to do, requests go in shares.
        _mostAtOnce = Math.Max(4, plan.OperationsPerClient / 10);
        _thinkUs = 2 * plan.FaultTimeUs / Math.Max(1, plan.OperationsPerClient);
        machine.OnCompletion = OnCompletion;
        world.StartNode(machine, plan.Nodes.Clerk(machine.Address, viewServices, plan.Settings), null);
        world.After(chance.Below(300_000), Next);
    }

    public bool Done => _left == 0 && _outstanding == 0;

    public override string ToString() => $"{_machine} ({_left} operations to begin, {_outstanding} open)";

    /// <summary>Reads one key, without a deadline.</summary>
    public void Read(Bytes key) =>
        Act("reads at the end", (clerk, effects) => Submit(clerk, Get, key, default, long.MaxValue, effects));

    private void Next()
    {
        if (_left == 0 || !_machine.Up)
            return;
        var burst = _chance.Percent(20) ? Math.Min(_left, _chance.Between(2, _mostAtOnce)) : 1;
        _left -= burst;
        Act(
            "asks",
            (clerk, effects) =>
            {
                for (var i = 0; i < burst; i++)
                    SubmitOne(clerk, effects);
            }
        );
    }

    private void SubmitOne(ClerkNode clerk, Effects effects)
    {
        var kind = _chance.OneOf(_mix);
        var key = Key(_chance.Below(_plan.Keys));
        var deadline = _chance.Percent(80) ? long.MaxValue : _chance.Between(1, 120);
        var call = Submit(clerk, kind, key, default, deadline, effects);
        if (_chance.Percent(3))
            _world.After(_chance.Below(200_000), () => Act("cancels", (it, effects) => it.Cancel(call, effects)));
    }

    private int Submit(ClerkNode clerk, OperationKind kind, Bytes key, Bytes value, long deadline, Effects effects)
    {
        if (!OperationKinds.IsRead(kind))
            value = Bytes.Utf8($"{_number}.{_history.Count};");
        if (kind == Change)
            value = _changes.Next(key, value);
        var call = _history.Invoke(_number, kind, key, value);
        _outstanding++;
        if (kind == Look)
            _looks.Add(call, key);
        if (_plan.TwoBuilds && kind == Append && _chance.Percent(50))
            kind = NextBuild.AppendToo;
        clerk.Submit(call, kind, key, value, deadline, effects);
        return call;
    }

    private void OnCompletion(Completion completion)
    {
        _history.Respond((int)completion.Call, completion.Status, completion.Value);
        if (_looks.Remove((int)completion.Call, out var key) && completion.Status == CallStatus.Ok)
            _changes.Saw(key, completion.Value);
        _outstanding--;
        if (_outstanding > 0)
            return;
        var think =
            _mayDawdle && _chance.Percent(15)
                ? _chance.Between(500, 2500) * World.Millisecond
                : _chance.Below((int)_thinkUs + 1);
        if (_left > 0)
            _world.After(think, Next);
        else if (_chance.Percent(30))
            _world.After(think, () => Act("closes", static (clerk, effects) => clerk.Close(effects)));
    }

    private void Act(string what, Action<ClerkNode, Effects> input)
    {
        if (_machine.Up)
            _world.Act(
                _machine,
                what,
                (node, effects) =>
                {
                    input((ClerkNode)node, effects);
                    ((ClerkNode)node).Flush(effects);
                }
            );
    }

    public static Bytes Key(int number) => Bytes.Utf8($"k{number}");
}
