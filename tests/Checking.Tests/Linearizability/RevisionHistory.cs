using PbKv.Protocol;

namespace PbKv.Checking.Tests;

internal enum StoreFault
{
    None,
    StaleLook,
    AddTwice,

    /// <summary>Lost writes, writes that are done twice, answers of another time, or just wrong ones.</summary>
    Many,
}

/// <summary>
/// Clients of a store of one key: an operation takes effect at a random moment between invocation and answer, or, where
/// the answer is lost, at any later one.
/// </summary>
internal sealed class RevisionHistory(Chance chance, OperationKind[] kinds, Func<string> value)
{
    private static readonly Bytes Key = Bytes.Utf8("k");
    private static readonly long[] Amounts = [1, 1, -1, 5, long.MaxValue];

    private readonly Dictionary<int, int> _pending = [];
    private readonly Dictionary<int, (string? Value, Finding Found)> _executed = [];
    private readonly List<int> _late = [];
    private readonly List<Finding> _findings = [];
    private PlainKey _key = PlainKey.Missing;
    private long _position;
    private int _time;
    private Finding? _old;
    private bool _faulty;

    public History History { get; } = new();

    public List<AskedOperation> Operations { get; } = [];

    /// <summary>A single one of the others is made once, in the middle.</summary>
    public StoreFault Fault { get; init; }

    public double PercentLost { get; init; }

    /// <summary>Two to six operations of three clients over few values: about as often right as wrong.</summary>
    public static RevisionHistory Small(Chance chance)
    {
        string[] all = ["", "a", "1", "2", "-1", "9223372036854775807"];
        string[] some = [chance.OneOf(all), chance.OneOf(all)];
        OperationKind[] kinds =
        [
            OperationKind.Get,
            OperationKind.Put,
            OperationKind.PutHash,
            OperationKind.Append,
            OperationKind.Look,
            OperationKind.Look,
            OperationKind.Change,
            OperationKind.Change,
            OperationKind.Change,
        ];
        return new RevisionHistory(chance, kinds, () => chance.OneOf(some))
        {
            Fault = chance.Below(5) == 0 ? StoreFault.None : StoreFault.Many,
            PercentLost = 15,
        }.Run(3, 2 + chance.Below(6));
    }

    public static RevisionHistory Long(
        Chance chance,
        int clients,
        int count,
        OperationKind[] kinds,
        double percentLost = 0,
        StoreFault fault = StoreFault.None
    )
    {
        var number = 0;
        return new RevisionHistory(
            chance,
            kinds,
            () => percentLost == 0 && chance.Below(4) == 0 ? $"{++number}" : $"v{++number};"
        )
        {
            Fault = fault,
            PercentLost = percentLost,
        }.Run(clients, count);
    }

    private RevisionHistory Run(int clients, int count)
    {
        while (Operations.Count < count || _pending.Count > 0)
        {
            if (_late.Count > 0 && chance.Below(4 * clients) == 0)
            {
                var late = chance.Below(_late.Count);
                Execute(_late[late], count);
                _late.RemoveAt(late);
            }
            var client = chance.Below(clients);
            if (!_pending.TryGetValue(client, out var pending))
            {
                if (Operations.Count < count)
                    _pending.Add(client, Begin(client));
            }
            else if (_executed.ContainsKey(pending))
                End(client, pending);
            else if (chance.Percent(PercentLost))
                Lose(client, pending);
            else
                Execute(pending, count);
        }
        return this;
    }

    private int Begin(int client)
    {
        var kind = chance.OneOf(kinds);
        var argument = kind is OperationKind.Get or OperationKind.Look ? "" : value();
        var change = kind == OperationKind.Change ? RandomChange(argument) : default;
        Operations.Add(new AskedOperation(kind, argument, change, _time++));
        return History.Invoke(client, kind, Key, kind == OperationKind.Change ? change.Encode() : Bytes.Utf8(argument));
    }

    private Change RandomChange(string argument)
    {
        var kind = (ConditionKind)chance.Between(1, 5);
        var effect = (ChangeEffect)chance.OneOf([1, 1, 1, 2, 3, 3, 3]);
        var now = chance.Below(3) > 0;
        var condition = kind switch
        {
            ConditionKind.Revision => new Condition(
                kind,
                now ? _key.Revisions[_key.Last]!.Value : chance.Below((int)_position + 3)
            ),
            ConditionKind.Value => new Condition(
                kind,
                0,
                now && _key.Value is not null ? Bytes.Utf8(_key.Value) : Bytes.Utf8(value())
            ),
            _ => new Condition(kind),
        };
        return new Change(condition, effect, chance.Below(2) == 0)
        {
            Value = effect == ChangeEffect.Put ? Bytes.Utf8(argument) : default,
            Amount = effect == ChangeEffect.Add ? chance.OneOf(Amounts) : 0,
        };
    }

    private void Execute(int index, int count)
    {
        var operation = Operations[index];
        var before = _key;
        var found = (_key.Value, Do(operation));
        if (Fault == StoreFault.Many && chance.Below(6) == 0)
            _key = before;
        if (Fault == StoreFault.Many && chance.Below(6) == 0)
            Do(operation);
        _executed[index] = found;
        if (index < count / 4 && operation.Kind == OperationKind.Look && found.Item2.Existed)
            _old = found.Item2;
        if (index > count / 2 && !_faulty)
            MakeFault(index);
    }

    private void MakeFault(int index)
    {
        var operation = Operations[index];
        if (Fault == StoreFault.StaleLook && operation.Kind == OperationKind.Look && _old is { } old)
        {
            _executed[index] = (null, old);
            _faulty = true;
        }
        var isAdd = operation.Change.Effect == ChangeEffect.Add && _executed[index].Found.Outcome == ChangeOutcome.Done;
        if (
            Fault != StoreFault.AddTwice
            || !isAdd
            || operation.Change.Condition.Kind is not (ConditionKind.None or ConditionKind.Present)
        )
            return;
        // Somebody sees the second one, before another write covers it.
        foreach (var look in _pending.Values.Where(other => Operations[other].Kind == OperationKind.Look))
        {
            if (_executed.ContainsKey(look) || Do(operation).Outcome != ChangeOutcome.Done)
                continue;
            Execute(look, count: int.MaxValue);
            _faulty = true;
            return;
        }
    }

    private Finding Do(AskedOperation operation)
    {
        _position += 1 + chance.Below(2);
        var found = new Finding(
            ChangeOutcome.Done,
            _key.Value is not null,
            _key.Revisions[_key.Last]!.Value,
            _key.Revisions[_key.First]!.Value,
            Bytes.Utf8(_key.Value ?? "")
        );
        if (operation.Kind == OperationKind.Change)
            (_key, found) = _key.Do(operation.Change, _position);
        else if (operation.Kind is not (OperationKind.Get or OperationKind.Look))
        {
            _key = _key.Write(BruteForce.Apply(operation.Kind, operation.Argument, _key.Value));
            _key = _key.Tell(_key.Last, _position)!;
        }
        _key = _key.Compact();
        return found;
    }

    private void Lose(int client, int index)
    {
        _pending.Remove(client);
        _late.Add(index);
        History.Respond(index, CallStatus.DeadlinePassed, default);
    }

    private void End(int client, int index)
    {
        _pending.Remove(client);
        var operation = Operations[index];
        var (found, finding) = _executed[index];
        if (Fault == StoreFault.Many && chance.Below(4) == 0)
            (found, finding) = (chance.OneOf([null, "", value(), value()]), Garbled(finding));
        _findings.Add(finding);
        Operations[index] = operation with { Return = _time++, Known = true, Value = found, Found = finding };
        if (operation.Kind is OperationKind.Look or OperationKind.Change)
            History.Respond(index, CallStatus.Ok, finding.Encode());
        else
            History.Respond(index, found is null ? CallStatus.Missing : CallStatus.Ok, Bytes.Utf8(found ?? ""));
    }

    private Finding Garbled(Finding finding) =>
        chance.Below(6) switch
        {
            0 => finding with { Outcome = (ChangeOutcome)chance.Between(1, 4) },
            1 => finding with { Existed = !finding.Existed },
            2 => finding with { Revision = Math.Max(0, finding.Revision + chance.Between(-2, 2)) },
            3 => finding with { Created = Math.Max(0, finding.Created + chance.Between(-2, 2)) },
            4 => finding with { Value = Bytes.Utf8(value()) },
            _ => _findings.Count > 0 ? chance.OneOf(_findings) : finding,
        };
}
