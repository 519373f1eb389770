using System.Collections.Immutable;
using PbKv.Protocol;

namespace PbKv.Checking.Tests;

/// <summary>An operation that was begun.</summary>
internal sealed class Begun(long since)
{
    public Completion? Completion { get; set; }

    public bool Done => Completion is not null;

    public long SinceUs { get; } = since;

    public long TookUs { get; set; }

    public string? Value => Completion is { Status: CallStatus.Ok } done ? done.Value.ToString() : null;
}

/// <summary>A client in a scenario: does one operation and waits for it, or begins it and goes on.</summary>
internal sealed class ScenarioClient
{
    private readonly Scenario _scenario;
    private readonly Dictionary<long, (Begun Begun, int Number)> _open = [];
    private readonly Dictionary<long, Action> _then = [];

    public ScenarioClient(Scenario scenario, Machine machine, Machine viewService)
    {
        _scenario = scenario;
        Machine = machine;
        machine.OnCompletion = OnCompletion;
        scenario.World.StartNode(
            machine,
            new ClerkNode(
                machine.Address,
                ImmutableArray.Create(viewService.Address),
                GroupName.Default,
                scenario.Settings
            ),
            null
        );
    }

    public Machine Machine { get; }

    /// <summary>The longest that a finished operation took.</summary>
    public long LongestUs { get; private set; }

    public int Finished { get; private set; }

    public bool Idle => _open.Count == 0;

    public void Put(string key, string value) => Wait(BeginPut(key, value));

    public void Append(string key, string value) => Wait(BeginAppend(key, value));

    public string? Get(string key) => Wait(BeginGet(key)).Value;

    /// <returns>The previous value, or null.</returns>
    public string? PutHash(string key, string value) => Wait(Begin(OperationKind.PutHash, key, value)).Value;

    public Begun BeginGet(string key) => Begin(OperationKind.Get, key, "");

    public Begun BeginPut(string key, string value) => Begin(OperationKind.Put, key, value);

    public Begun BeginAppend(string key, string value) => Begin(OperationKind.Append, key, value);

    public void Close()
    {
        _scenario.World.Act(Machine, "closes", static (node, effects) => ((ClerkNode)node).Close(effects));
        _scenario.Until(() => !Machine.Up, "the session is closed");
    }

    /// <summary>Keeps doing operations, one after the other, until the time.</summary>
    public void KeepBusy(long untilUs, Func<int, (OperationKind Kind, string Key, string Value)> next, int index = 0)
    {
        if (_scenario.World.Now >= untilUs)
            return;
        var (kind, key, value) = next(index);
        Begin(kind, key, value, () => _scenario.World.After(1000, () => KeepBusy(untilUs, next, index + 1)));
    }

    public Begun Wait(Begun begun)
    {
        _scenario.Until(() => begun.Done, $"{Machine} is answered");
        Assert.True(
            begun.Completion!.Value.Status is CallStatus.Ok or CallStatus.Missing,
            $"{Machine}: {begun.Completion}"
        );
        return begun;
    }

    private Begun Begin(OperationKind kind, string key, string value, Action? then = null)
    {
        var begun = new Begun(_scenario.World.Now);
        var number = _scenario.History.Invoke(Machine.Index, kind, Bytes.Utf8(key), Bytes.Utf8(value));
        _open.Add(number, (begun, number));
        if (then is not null)
            _then.Add(number, then);
        _scenario.Guard(() =>
            _scenario.World.Act(
                Machine,
                $"{kind} {key} {value}",
                (node, effects) =>
                {
                    ((ClerkNode)node).Submit(number, kind, Bytes.Utf8(key), Bytes.Utf8(value), long.MaxValue, effects);
                    ((ClerkNode)node).Flush(effects);
                }
            )
        );
        return begun;
    }

    private void OnCompletion(Completion completion)
    {
        if (!_open.Remove(completion.Call, out var open))
            return;
        open.Begun.Completion = completion;
        open.Begun.TookUs = _scenario.World.Now - open.Begun.SinceUs;
        LongestUs = Math.Max(LongestUs, open.Begun.TookUs);
        Finished++;
        _scenario.History.Respond(open.Number, completion.Status, completion.Value);
        if (_then.Remove(completion.Call, out var then))
            then();
    }
}
