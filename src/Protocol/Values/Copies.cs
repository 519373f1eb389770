using System.Collections.Immutable;

namespace PbKv.Protocol;

/// <summary>
/// Copies of what waits for long, one behind the other in large arrays: the collector moves neither these nor, for
/// them, anything else. As they came, hundreds of megabytes of requests would be moved about by it, and later be holes
/// that it stops the node to close.
/// </summary>
internal sealed class Copies
{
    private const int Largest = 1 << 20;

    private byte[] _array = [];
    private int _used;

    public Batch Of(Batch batch)
    {
        var operations = ImmutableArray.CreateBuilder<Operation>(batch.Operations.Length);
        foreach (ref readonly var operation in batch.Operations.AsSpan())
            operations.Add(operation with { Key = Of(operation.Key), Value = Of(operation.Value) });
        return new Batch(batch.Session, batch.Floor, operations.MoveToImmutable());
    }

    /// <summary>A large value is in storage that is never written to again: it stays there.</summary>
    public Entry Of(Entry entry) =>
        entry with
        {
            Key = Of(entry.Key),
            Value = entry.Value.Length > RecordLog.FullSegment ? entry.Value : Of(entry.Value),
        };

    private Bytes Of(Bytes bytes)
    {
        if (bytes.IsLargeAndAlone)
            return bytes;
        if (_array.Length - _used < bytes.Length)
        {
            var length = Math.Max(Math.Min(Largest, 2 * _array.Length), Math.Max(1024, bytes.Length));
            (_array, _used) = (GC.AllocateUninitializedArray<byte>(length), 0);
        }
        bytes.Span.CopyTo(_array.AsSpan(_used));
        _used += bytes.Length;
        return new Bytes(_array, _used - bytes.Length, bytes.Length);
    }
}
