using PbKv.Protocol;

namespace PbKv.Checking.Tests;

/// <summary>Histories as an atomic store would give them, and small ones that may be wrong.</summary>
internal static class RandomHistory
{
    private static readonly Bytes Key = Bytes.Utf8("k");
    private static readonly string?[] Results = [null, "a", "b", "ab", "ba", "aa", "3826002220", ""];

    /// <summary>Two to six operations of three clients over two values: about as often right as wrong.</summary>
    public static History Small(Chance chance, out List<SmallOperation> operations)
    {
        var history = new History();
        operations = [];
        var open = new Dictionary<int, (int Number, int Index)>();
        var store = new Dictionary<int, string?>();
        string? value = null;
        var left = 2 + chance.Below(5);
        var time = 0;
        while (left > 0 || open.Count > 0)
        {
            var client = chance.Below(3);
            if (open.TryGetValue(client, out var pending))
            {
                var operation = operations[pending.Index];
                // Half of the time the true answer of a store that executes at the end, otherwise any.
                var found = value;
                if (chance.Below(8) > 0)
                    value = BruteForce.Apply(operation.Kind, operation.Argument, value);
                if (chance.Below(4) == 0)
                    found = Results[chance.Below(Results.Length)];
                if (chance.Below(6) == 0)
                {
                    history.Respond(pending.Number, CallStatus.DeadlinePassed, default);
                }
                else
                {
                    history.Respond(
                        pending.Number,
                        found is null ? CallStatus.Missing : CallStatus.Ok,
                        Bytes.Utf8(found ?? "")
                    );
                    operations[pending.Index] = operation with { Return = time++, Result = found, Known = true };
                }
                open.Remove(client);
            }
            else if (left > 0)
            {
                left--;
                var kind = (OperationKind)(1 + chance.Below(4));
                var argument =
                    kind == OperationKind.Get ? ""
                    : chance.Below(2) == 0 ? "a"
                    : "b";
                open.Add(client, (history.Invoke(client, kind, Key, Bytes.Utf8(argument)), operations.Count));
                operations.Add(new SmallOperation(kind, argument, time++, int.MaxValue, null, false));
            }
        }
        return history;
    }

    /// <summary>
    /// Operations that take effect at a random moment between invocation and answer, some with the answer lost.
    /// </summary>
    public static History Long(
        Chance chance,
        int clients,
        int count,
        bool losing,
        OperationKind[] kinds,
        bool staleRead = false
    )
    {
        var history = new History();
        var run = new LongRun(history, chance, Key, losing) { StaleAt = staleRead ? count / 2 : -1 };
        var states = new PendingOperation?[clients];
        var invoked = 0;
        while (invoked < count || states.Any(state => state is not null))
        {
            var client = chance.Below(clients);
            if (states[client] is { } pending)
                states[client] = run.Advance(pending) ? pending : null;
            else if (invoked < count)
                states[client] = run.Begin(client, kinds[chance.Below(kinds.Length)], invoked++);
        }
        run.ReadOnce(clients);
        return history;
    }
}

internal sealed record PendingOperation(int Number, OperationKind Kind, Bytes Argument, bool Lost)
{
    public bool Done { get; set; }

    public Bytes? Found { get; set; }
}

internal sealed class LongRun(History history, Chance chance, Bytes key, bool losing)
{
    private Bytes? _value;
    private int _executed;
    private Bytes? _old;

    public int StaleAt { get; init; }

    public PendingOperation Begin(int client, OperationKind kind, int index)
    {
        var argument = kind == OperationKind.Get ? default : Bytes.Utf8($"v{index};");
        return new PendingOperation(
            history.Invoke(client, kind, key, argument),
            kind,
            argument,
            losing && chance.Below(100) == 0
        );
    }

    /// <returns>Whether the operation is still open.</returns>
    public bool Advance(PendingOperation pending)
    {
        if (pending.Lost)
        {
            if (chance.Below(2) == 0)
                Execute(pending);
            history.Respond(pending.Number, CallStatus.DeadlinePassed, default);
            return false;
        }
        if (!pending.Done)
        {
            Execute(pending);
            return true;
        }
        history.Respond(
            pending.Number,
            pending.Found is null ? CallStatus.Missing : CallStatus.Ok,
            pending.Found ?? default
        );
        return false;
    }

    public void ReadOnce(int client)
    {
        var get = Begin(client, OperationKind.Get, 0) with { Lost = false };
        Advance(get);
        Advance(get);
    }

    private void Execute(PendingOperation pending)
    {
        pending.Done = true;
        pending.Found = _value;
        if (StaleAt >= 0 && ++_executed == StaleAt / 2)
            _old = _value;
        if (_executed > StaleAt && _old is { } old && pending.Kind == OperationKind.Get)
        {
            pending.Found = old;
            _old = null;
        }
        _value = BruteForce.Apply(pending.Kind, pending.Argument, _value);
    }
}
