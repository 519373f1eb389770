using System.Collections.Immutable;

namespace PbKv.Chaos;

/// <summary>
/// The few keys over which clients fight. Each is retired after a while for a fresh one, so that the history of a key
/// stays short enough to be checked, however long the run. Each has a habit: a mix of operations that shows other
/// defects.
/// </summary>
internal sealed class Keyspace
{
    /// <summary>So many operations a key sees before it is retired.</summary>
    private const int Life = 240;

    private static readonly ImmutableArray<ImmutableArray<OperationKind>> Habits =
    [
        [OperationKind.Get, OperationKind.Put, OperationKind.PutHash, OperationKind.Append],
        [OperationKind.Append, OperationKind.Append, OperationKind.Get],
        [OperationKind.PutHash, OperationKind.PutHash, OperationKind.Get],
        [OperationKind.Put, OperationKind.Get, OperationKind.Get],
        [OperationKind.Append, OperationKind.Append, OperationKind.Put, OperationKind.Get],
        [OperationKind.Look, OperationKind.Change, OperationKind.Change],
        [OperationKind.Look, OperationKind.Change, OperationKind.Put, OperationKind.Append, OperationKind.Get],
    ];

    private readonly Lock _lock = new();
    private readonly int[] _uses = new int[Habits.Length];
    private readonly HashSet<Bytes> _keys = [];

    /// <summary>All keys ever used.</summary>
    public IReadOnlyList<Bytes> Keys
    {
        get
        {
            lock (_lock)
                return [.. _keys.Order()];
        }
    }

    public (Bytes Key, OperationKind Kind) Draw(Chance chance)
    {
        var slot = chance.Below(Habits.Length);
        var kind = chance.OneOf(Habits[slot]);
        lock (_lock)
        {
            var key = Bytes.Utf8($"k{slot}.{_uses[slot]++ / Life}");
            _keys.Add(key);
            return (key, kind);
        }
    }
}
